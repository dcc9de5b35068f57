import type { LeaseStore } from '../store/lease-store.js';
import type { Refused, ReleaseLease, ReleaseResult } from '../store/lease-verbs.js';
import type { Answer } from './answer.js';
import { leaseNotFound, notLeaseHolder, refuse, type Advice } from './refusal.js';
import type { LeaseReading, ReleaseLeaseRequest } from './requests.js';
import { checkChoice } from './validate/choice.js';
import { checkLeaseId } from './validate/lease-id.js';
import { checkServiceId } from './validate/service-id.js';
import { Violations } from './validate/violations.js';
import type { Verb } from './verb.js';

/** End a lease. */
export function releaseVerb(
  store: LeaseStore,
): Verb<ReleaseLeaseRequest, ReleaseLease, ReleaseResult, LeaseReading> {
  return {
    name: 'release',
    command: judge,
    execute: (commands) => store.release(commands),
    answer,
    event: ({ lease }) => ({ type: 'lease-released', lease }),
  };
}

function judge(request: ReleaseLeaseRequest): Answer<ReleaseLease> {
  const violations = new Violations();
  const leaseId = checkLeaseId(violations, request.leaseId);
  const serviceId = checkServiceId(violations, request.serviceId);
  const disposition = checkChoice(violations, 'disposition', request.disposition ?? 'COLLECT', [
    'COLLECT',
    'KEEP',
  ]);
  if (violations.found) return violations.refuse();
  return { ok: true, value: { leaseId, serviceId, disposition } };
}

function answer(command: ReleaseLease, result: ReleaseResult): Answer<LeaseReading> {
  if (result.outcome === 'refused') return refuse(result, command, ADVICE);
  return { ok: true, value: { lease: result.lease, now: result.now } };
}

type Reason = Extract<ReleaseResult, Refused<string>>['reason'];

const ADVICE: Advice<Reason, ReleaseLease> = {
  LEASE_NOT_FOUND: leaseNotFound,
  NOT_LEASE_HOLDER: notLeaseHolder,
  LEASE_ENDED: ({ leaseId, disposition }) =>
    `lease ${leaseId} ended before, and not with ${disposition}: ` +
    (disposition === 'KEEP'
      ? 'its object may be gone; to keep it, create a new lease'
      : 'nothing is left to do'),
  CLEANUP_OWNED: ({ leaseId }) =>
    `the object's cleanup belongs to another service, so only that one may KEEP it: release with COLLECT; lease ${leaseId} is still active`,
};
