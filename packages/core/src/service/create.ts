import { endpointOf, type CleanupSpec, type CleanupTarget } from '../cleanup/cleanup-spec.js';
import type { ObjectRef } from '../lease/object-ref.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { CleanupGrant, CreateLease, CreateResult, Refused } from '../store/lease-verbs.js';
import type { Answer } from './answer.js';
import { hashRequest, hashSpec, hashWork } from './hashes.js';
import type { Rules } from './options.js';
import { refuse, type Advice } from './refusal.js';
import type { CreatedLease, CreateLeaseRequest } from './requests.js';
import { checkCleanup, targetField } from './validate/cleanup.js';
import { echo } from './validate/echo.js';
import { checkLeaseId } from './validate/lease-id.js';
import { checkMetadata } from './validate/metadata.js';
import { checkObject } from './validate/object.js';
import { checkServiceId } from './validate/service-id.js';
import { checkTtl } from './validate/ttl.js';
import { Violations } from './validate/violations.js';
import type { Verb } from './verb.js';

/** Take a lease. */
export function createVerb(
  store: LeaseStore,
  rules: Rules,
): Verb<CreateLeaseRequest, CreateLease, CreateResult, CreatedLease> {
  return {
    name: 'create',
    command: (request) => judge(request, rules),
    execute: (commands) => store.create(commands),
    answer,
    event: ({ lease, replayed }) => ({ type: 'lease-created', lease, replayed }),
  };
}

function judge(
  request: CreateLeaseRequest,
  rules: Rules,
): Answer<CreateLease> | Promise<Answer<CreateLease>> {
  const violations = new Violations();
  const leaseId =
    request.leaseId === undefined ? rules.random.uuid() : checkLeaseId(violations, request.leaseId);
  const object = checkObject(violations, request.object);
  const serviceId = checkServiceId(violations, request.serviceId);
  const ttlMs = checkTtl(violations, request.ttlMs, rules);
  const spec = request.cleanup === undefined ? undefined : checkCleanup(violations, request.cleanup);
  const metadata = checkMetadata(violations, request.metadata);
  if (violations.found) return violations.refuse();

  const conclude = (objection: string | undefined): Answer<CreateLease> => {
    if (spec !== undefined && objection !== undefined) return forbid(spec.target, objection);
    const work = spec && hashWork(spec);
    const retry = request.cleanup?.retry;
    const command = {
      leaseId,
      requestHash: hashRequest({ object, serviceId, ttlMs, metadata, work, retry }),
      object,
      serviceId,
      ttlMs: ttlMs ?? rules.defaultTtlMs,
      metadata,
      maxActive: rules.maxLeasesPerService,
    };
    if (spec === undefined || work === undefined) return { ok: true, value: command };
    return { ok: true, value: { ...command, cleanup: grant(spec, work, object) } };
  };
  const verdict = spec && rules.admitTarget(spec.target);
  // Most verdicts are there at once, and then no create waits for another turn.
  return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict);
}

function forbid(target: CleanupTarget, objection: string): Answer<never> {
  const violations = new Violations();
  const advice = 'the operator of the server says what may be called (lease-server: --allow-cleanup-target)';
  violations.add(targetField(target), `${objection}; ${advice}`);
  return violations.refuse('CLEANUP_TARGET_FORBIDDEN');
}

function grant(spec: CleanupSpec, work: string, object: ObjectRef): CleanupGrant {
  return { spec, endpoint: endpointOf(spec.target, object.type), hash: hashSpec(work, spec.retry) };
}

function answer(command: CreateLease, result: CreateResult): Answer<CreatedLease> {
  if (result.outcome === 'refused') return refuse(result, command, ADVICE);
  const { lease, now, replayed } = result;
  return { ok: true, value: { lease, now, replayed } };
}

type Reason = Extract<CreateResult, Refused<string>>['reason'];

const ADVICE: Advice<Reason, CreateLease> = {
  LEASE_ID_TAKEN: ({ leaseId }) =>
    `lease_id ${leaseId} was used with another request: repeat that request unchanged, or use a new lease_id`,
  OBJECT_BEING_COLLECTED: ({ object }) =>
    `${name(object)} is being cleaned up: try again when that is over, or use a new object`,
  CLEANUP_OWNED: ({ object }) =>
    `another service gave ${name(object)} a different cleanup: ask for the same one, or for none`,
  LEASE_QUOTA_EXCEEDED: ({ serviceId, maxActive }) =>
    `service ${echo(serviceId)} has ${maxActive} active leases, as many as it may: release some, or let the limit be raised`,
  OVERLOADED: () => 'the store is full: try again later, when leases have ended',
};

function name(object: ObjectRef): string {
  return `${object.type} ${echo(object.id)}`;
}
