import { type CreateLease, type CreateResult, objectKey } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { Meeting } from '../pairs/pairs.js';
import { leaseState } from './lease-book.js';
import type { WitnessParts } from './stock.js';

/** One create against everything that was committed before it: S1, S10, S12. */
export function judgeCreate(command: CreateLease, result: CreateResult, parts: WitnessParts): void {
  const { leases, lives, pairs, verdict } = parts;
  const { leaseId } = command;
  const known = leases.get(leaseId);
  if (known !== undefined) {
    const same = known.requestHash === command.requestHash;
    if (result.outcome === 'refused') {
      verdict.expect(
        !same && result.reason === 'LEASE_ID_TAKEN',
        'S12',
        () => `a repeated create of ${leaseId} was refused as ${result.reason}`,
      );
    } else {
      verdict.expect(same && result.replayed, 'S12', () => `lease ${leaseId} was made a second time`);
      leases.shown(result.lease, 'a repeated create');
    }
    const event = same ? 'create' : 'create something else';
    pairs.met('lease', leases.stateOf(leaseId), event, outcomeOf(result));
    return;
  }
  pairs.met('lease', 'none', 'create', outcomeOf(result));
  const meeting = meetingOf(command, result, parts);
  if (result.outcome === 'refused') {
    judgeRefusal(command, result.reason, parts);
    pairs.met(...meeting);
    return;
  }
  const { lease } = result;
  verdict.expect(
    !result.replayed && lease.leaseId === leaseId,
    'S12',
    () => `a first create of ${leaseId} was answered with ${canonical(lease)}`,
  );
  verdict.expect(
    leases.activeOf(command.serviceId) < command.maxActive,
    'S10',
    () => `${command.serviceId} got a lease beyond its quota of ${command.maxActive}`,
  );
  verdict.expect(
    lease.expireTime === result.now + command.ttlMs,
    'S2',
    () => `lease ${leaseId} of ${command.ttlMs} ms lasts until ${lease.expireTime}, created at ${result.now}`,
  );
  verdict.expect(
    !lives.ownedByAnother(command),
    'ownership',
    () => `${command.serviceId} replaced the cleanup of ${objectKey(command.object)}, which is another's`,
  );
  parts.attempts.created(command);
  lives.created(command, lease);
  // Last: whoever breaks a promise by name is told of that.
  pairs.met(...meeting);
  leases.created(lease, command.requestHash);
}

/** The object and the create, before the books learn of it. */
function meetingOf(command: CreateLease, result: CreateResult, { leases, lives }: WitnessParts): Meeting {
  const event = lives.ownedByAnother(command)
    ? 'create with another cleanup'
    : leases.activeOf(command.serviceId) >= command.maxActive
      ? 'create beyond the quota'
      : 'create';
  const state = lives.stateOf(objectKey(command.object));
  return ['object', state, event, result.outcome === 'refused' ? result.reason : 'HELD'];
}

function outcomeOf(result: CreateResult): string {
  return result.outcome === 'refused' ? result.reason : leaseState(result.lease);
}

/** A refusal needs a cause: what refuses everything keeps every other promise. */
function judgeRefusal(command: CreateLease, reason: string, { leases, lives, verdict }: WitnessParts): void {
  const key = objectKey(command.object);
  const causes: Readonly<Record<string, boolean>> = {
    OBJECT_BEING_COLLECTED: lives.beingCollected(key),
    CLEANUP_OWNED: lives.ownedByAnother(command),
    LEASE_QUOTA_EXCEEDED: leases.activeOf(command.serviceId) >= command.maxActive,
  };
  verdict.expect(
    causes[reason] === true,
    'progress',
    () => `a first create on ${key} was refused as ${reason}, without cause`,
  );
}
