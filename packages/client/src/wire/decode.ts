import * as wire from '@lease/protocol';
import type { CreatedLease, Disposition, Lease, LeaseReading, LeaseState, Metadata } from '../lease.js';
import { LeaseError } from '../lease-error.js';
import type { Stats } from '../stats.js';

/** An answer that holds one lease. */
interface LeaseAnswer {
  readonly lease: wire.Lease | undefined;
  readonly serverTime: Date | undefined;
}

interface CreateAnswer extends LeaseAnswer {
  readonly replayed: boolean;
  readonly revived: boolean;
  readonly priorAttempts: number;
}

export function decodeReading({ lease, serverTime }: LeaseAnswer): LeaseReading {
  return {
    lease: decodeLease(required('lease', lease)),
    serverTime: required('server_time', serverTime),
  };
}

export function decodeCreated(answer: CreateAnswer): CreatedLease {
  const { replayed, revived, priorAttempts } = answer;
  return { ...decodeReading(answer), replayed, revived, priorAttempts };
}

export function decodeLease(lease: wire.Lease): Lease {
  const { type, id } = required('lease.object', lease.object);
  const disposition = decodeDisposition(lease.disposition);
  return {
    leaseId: lease.leaseId,
    object: { type, id },
    serviceId: lease.serviceId,
    state: decodeState(lease.state),
    createTime: required('lease.create_time', lease.createTime),
    expireTime: required('lease.expire_time', lease.expireTime),
    renewTime: required('lease.renew_time', lease.renewTime),
    ...(lease.endTime && { endTime: lease.endTime }),
    ttlMs: decodeDuration('lease.ttl', lease.ttl),
    metadata: recordOf(lease.metadata),
    renewalCount: lease.renewalCount,
    // Below 2^53, as the contract says.
    generation: Number(lease.generation),
    ...(disposition && { disposition }),
    hasCleanup: lease.hasCleanup,
  };
}

export function decodeStats({ stats, serverTime }: wire.GetStatsResponse): Stats {
  const { leases, cleanups, attempts, heldObjects, nextAttemptTime } = required('stats', stats);
  return {
    leases: numbers(required('stats.leases', leases)),
    cleanups: numbers(required('stats.cleanups', cleanups)),
    attempts: numbers(required('stats.attempts', attempts)),
    heldObjects: Number(heldObjects),
    ...(nextAttemptTime && { nextAttemptTime }),
    serverTime: required('server_time', serverTime),
  };
}

/** A record without prototype: no key can touch one. */
export function recordOf(map: ReadonlyMap<string, string>): Metadata {
  const record = Object.create(null) as Record<string, string>;
  for (const [key, value] of map) record[key] = value;
  return record;
}

/** The value, or the error that says that no server of ours answered so. */
export function required<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw malformed(`${field} is missing`);
  return value;
}

function decodeDuration(field: string, duration: wire.Duration | undefined): number {
  const decoded = wire.durationToMs(required(field, duration));
  if ('refusal' in decoded) throw malformed(`${field} ${decoded.refusal}`);
  return decoded.ms;
}

function decodeState(state: wire.LeaseState): LeaseState {
  switch (state) {
    case wire.LeaseState.ACTIVE:
      return 'ACTIVE';
    case wire.LeaseState.EXPIRED:
      return 'EXPIRED';
    case wire.LeaseState.RELEASED:
      return 'RELEASED';
    default:
      throw malformed(`lease.state is ${state}`);
  }
}

function decodeDisposition(disposition: wire.Disposition): Disposition | undefined {
  switch (disposition) {
    case wire.Disposition.UNSPECIFIED:
      return undefined;
    case wire.Disposition.COLLECT:
      return 'COLLECT';
    case wire.Disposition.KEEP:
      return 'KEEP';
    default:
      throw malformed(`lease.disposition is ${disposition}`);
  }
}

function numbers<K extends string>(figures: Readonly<Record<K, bigint>>): Record<K, number> {
  const entries = Object.entries<bigint>(figures).map(([name, figure]) => [name, Number(figure)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

export function malformed(what: string): LeaseError {
  return new LeaseError({ code: 'INTERNAL', message: `malformed answer: ${what}` });
}
