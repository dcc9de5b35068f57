import type { LeaseStore } from '../store/lease-store.js';
import type { Refused, RenewLease, RenewResult } from '../store/lease-verbs.js';
import type { Answer } from './answer.js';
import type { Rules } from './options.js';
import { leaseNotFound, notLeaseHolder, refuse, type Advice } from './refusal.js';
import type { RenewedLease, RenewLeaseRequest } from './requests.js';
import { checkLeaseId } from './validate/lease-id.js';
import { checkServiceId } from './validate/service-id.js';
import { checkTtl } from './validate/ttl.js';
import { Violations } from './validate/violations.js';
import type { Verb } from './verb.js';

/** Extend a lease. */
export function renewVerb(
  store: LeaseStore,
  rules: Rules,
): Verb<RenewLeaseRequest, RenewLease, RenewResult, RenewedLease> {
  return {
    name: 'renew',
    command: (request) => judge(request, rules),
    execute: (commands) => store.renew(commands),
    answer,
    event: ({ lease, marginMs }) => ({ type: 'lease-renewed', lease, marginMs }),
  };
}

function judge(request: RenewLeaseRequest, rules: Rules): Answer<RenewLease> {
  const violations = new Violations();
  const leaseId = checkLeaseId(violations, request.leaseId);
  const serviceId = checkServiceId(violations, request.serviceId);
  const ttlMs = checkTtl(violations, request.ttlMs, rules);
  if (violations.found) return violations.refuse();
  return { ok: true, value: ttlMs === undefined ? { leaseId, serviceId } : { leaseId, serviceId, ttlMs } };
}

function answer(command: RenewLease, result: RenewResult): Answer<RenewedLease> {
  if (result.outcome === 'refused') return refuse(result, command, ADVICE);
  const { lease, now, marginMs } = result;
  return { ok: true, value: { lease, now, marginMs } };
}

type Reason = Extract<RenewResult, Refused<string>>['reason'];

const ADVICE: Advice<Reason, RenewLease> = {
  LEASE_NOT_FOUND: leaseNotFound,
  NOT_LEASE_HOLDER: notLeaseHolder,
  LEASE_ENDED: ({ leaseId }) =>
    `lease ${leaseId} has ended and no renewal can bring it back: its object may be gone; create a new lease`,
};
