// How a million leases in memory compare with a thousand: the time of one create and of one renewal at either size.
// Medians of interleaved rounds, each preceded by an untimed one.

import { type CreateLeaseRequest, LeaseService } from '@lease/core';
import { egressGuard } from '@lease/core/http';
import { MemoryStore } from '@lease/storage-memory';
import { median, progress, report } from './report.js';

const SMALL = 1_000;
const LARGE = 1_000_000;
const SERVICES = 10_000;
const ROUNDS = 5;
/** Small enough to leave the small store small, repeated to make a round long enough to be timed. */
const CALLS = 1_000;
const REPEATS = 20;

const leaseId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const serviceId = (number: number) => `service-${String(number % SERVICES)}`;

/** A lease on an object of its own; every other one has a cleanup. */
function request(number: number): CreateLeaseRequest {
  const object = { type: 'blob', id: `object-${String(number)}` };
  const base = { leaseId: leaseId(number), object, serviceId: serviceId(number), ttlMs: 3_600_000 };
  if (number % 2 === 0) return base;
  const target = {
    kind: 'http',
    url: 'http://127.0.0.1:9/',
    headers: new Map(),
    notFoundIsDone: false,
  } as const;
  return { ...base, cleanup: { target } };
}

interface Sized {
  readonly store: MemoryStore;
  readonly leases: LeaseService;
  readonly size: number;
  /** The number of the next lease. */
  next: number;
}

async function filled(size: number): Promise<Sized> {
  const store = new MemoryStore();
  const leases = new LeaseService({ store, admitTarget: egressGuard({ allowLoopback: true }) });
  for (let number = 0; number < size; number += 1_000) {
    const answer = await leases.createBatch(Array.from({ length: 1_000 }, (_, at) => request(number + at)));
    if (!answer.ok || answer.value.some(({ ok }) => !ok)) throw new Error('a create was refused');
    if ((number + 1_000) % 100_000 === 0)
      progress(`filling: ${(number + 1_000).toLocaleString('en')} leases`);
  }
  return { store, leases, size, next: size };
}

/** Microseconds per create. What was created is dropped again, untimed, so that the size stays. */
async function timeCreates(sized: Sized): Promise<number> {
  const { store, leases } = sized;
  let elapsedMs = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const requests = Array.from({ length: CALLS }, (_, at) => request(sized.next + at));
    sized.next += CALLS;
    const start = performance.now();
    for (const one of requests) await leases.create(one);
    elapsedMs += performance.now() - start;
    await leases.releaseBatch(
      requests.map((one) => ({
        leaseId: one.leaseId ?? '',
        serviceId: one.serviceId,
        disposition: one.cleanup ? 'KEEP' : 'COLLECT',
      })),
    );
    await store.prune({ endedLeasesOlderThanMs: -1, finishedCleanupsOlderThanMs: 0, limit: CALLS });
  }
  return (elapsedMs * 1_000) / (CALLS * REPEATS);
}

/** Microseconds per renewal, of leases spread over the whole store. The requests are new, as from the wire. */
async function timeRenewals({ leases, size }: Sized): Promise<number> {
  const stride = 7_919;
  let elapsedMs = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const requests = Array.from({ length: CALLS }, (_, at) => {
      const number = ((repeat * CALLS + at) * stride) % size;
      return { leaseId: leaseId(number), serviceId: serviceId(number) };
    });
    const start = performance.now();
    for (const one of requests) await leases.renew(one);
    elapsedMs += performance.now() - start;
  }
  return (elapsedMs * 1_000) / (CALLS * REPEATS);
}

const small = await filled(SMALL);
const large = await filled(LARGE);
const rows = [];
for (const [name, time] of [
  ['create', timeCreates],
  ['renew', timeRenewals],
] as const) {
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    progress(`${name}: round ${String(round)} of ${String(ROUNDS)}`);
    const smallUs = await time(small);
    const largeUs = await time(large);
    progress(`${name}: ${smallUs.toFixed(2)} us and ${largeUs.toFixed(2)} us`);
    if (round > 0) ratios.push(smallUs / largeUs);
  }
  rows.push({ name: `${name} at 1,000,000 leases against 1,000`, ratio: median(ratios), ratios, floor: 0.8 });
}
report('memory-scale', rows);
