import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LeaseService } from '@lease/core';
import { httpCleanup, ManualClock } from '@lease/core/testing';
import { expect, it } from 'vitest';
import { MemoryStore } from '../src/index.js';

const LEASES = 20_000;
const BATCH = 500;
/** 1,200 in fact, and 3,500 as the objects that the verbs work on, with hashes and ids in pieces. */
const MAX_BYTES = 1_600;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it(`keeps a lease that has ended, its cleanup and its attempt in ${MAX_BYTES} bytes of heap`, async () => {
  const store = new MemoryStore({ clock: new ManualClock() });
  const service = new LeaseService({ store, admitTarget: () => undefined });
  const run = async (from: number, count: number) => {
    for (let first = from; first < from + count; first += BATCH) await collect(first);
  };
  const collect = async (first: number) => {
    const created = await service.createBatch(
      Array.from({ length: BATCH }, (_, at) => createRequest(first + at)),
    );
    if (!created.ok) throw new Error(created.refusal.message);
    const leaseIds = created.value.flatMap((answer) => (answer.ok ? [answer.value.lease.leaseId] : []));
    await store.release(
      leaseIds.map((leaseId) => ({ leaseId, serviceId: 'service-a', disposition: 'COLLECT' as const })),
    );
    const claims = await store.claimCleanups({
      ...{ claimant: 'replica', limit: BATCH, perEndpointLimit: BATCH, busyEndpoints: [], claimMs: 60_000 },
    });
    await store.settleCleanups(
      claims.map(({ cleanupId, object, fence }) => ({
        ...{ kind: 'done' as const, cleanupId, object, fence },
        ...{ durationMs: 12, statusCode: 200, detail: `gone: ${object.id}` },
      })),
    );
  };

  // What is loaded and compiled by then is not counted.
  await run(0, BATCH);
  const before = heapBytes();
  await run(BATCH, LEASES);
  const bytes = (heapBytes() - before) / LEASES;

  const { leases, cleanups } = await store.stats();
  expect([leases.released, cleanups.collected]).toEqual([BATCH + LEASES, BATCH + LEASES]);
  expect(bytes).toBeLessThan(MAX_BYTES);
});

function createRequest(number: number) {
  const { target, payload } = httpCleanup({ url: `http://127.0.0.1:8080/cleanup/${number}` });
  return {
    object: { type: 'blob', id: `object-${number}` },
    serviceId: 'service-a',
    metadata: new Map([['owner', `owner-${number}`]]),
    cleanup: { target, payload },
  };
}
