import type { CleanupClaim, CleanupOutcome, CreateLease } from '@lease/core';
import {
  createCommand,
  httpCleanup,
  objectRef,
  randomBelow,
  randomItem,
  seededRandom,
} from '@lease/core/testing';
import { holdClock, type OpenSchema } from './open-schema.js';

const STEPS = 40;

type Seeded = ReturnType<typeof seededRandom>;

/** Every verb in turn, on few objects and services, in time that the test holds; now and then the caller looks. */
export async function randomTraffic(
  opened: OpenSchema,
  seed: number,
  look: () => Promise<unknown>,
): Promise<void> {
  const { store } = opened;
  const clock = await holdClock(opened);
  const random = seededRandom(seed);
  const leases: CreateLease[] = [];
  const claims: CleanupClaim[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const creates = Array.from({ length: 1 + randomBelow(random, 7) }, () => someCreate(random));
    await store.create(creates);
    leases.push(...creates);
    const some = () => Array.from({ length: 4 }, () => randomItem(random, leases));
    await store.renew(some().map(({ leaseId, serviceId }) => ({ leaseId, serviceId })));
    await store.release(
      some().map(({ leaseId, serviceId }) => ({
        ...{ leaseId, serviceId },
        disposition: random.next() < 0.2 ? 'KEEP' : 'COLLECT',
      })),
    );

    await clock.advance(400);
    await store.expireDue({ limit: 5, graceMs: 0, brakeShare: 1 });
    const claim = { claimant: 'c', limit: 3, perEndpointLimit: 2, busyEndpoints: [], claimMs: 1_000 };
    claims.push(...(await store.claimCleanups(claim)));
    const settled = claims.slice(-6).filter(() => random.next() < 0.5);
    await store.settleCleanups(settled.map((taken) => someOutcome(random, taken)));

    const { cleanups } = await store.listCleanups({ limit: 10 });
    const ids = cleanups.filter(() => random.next() < 0.1).map(({ cleanupId }) => cleanupId);
    await store.retryCleanups(ids.map((cleanupId) => ({ cleanupId, delayMs: 0 })));
    await store.forgetCleanups(ids.slice(0, 1).map((cleanupId) => ({ cleanupId, reason: 'by hand' })));
    if (step % 10 === 0) await look();
  }
}

function someCreate(random: Seeded): CreateLease {
  const url = `http://h${String(randomBelow(random, 4))}/`;
  return createCommand({
    leaseId: random.uuid(),
    serviceId: randomItem(random, ['s1', 's2', 's3']),
    object: objectRef(`o${String(randomBelow(random, 12))}`),
    ttlMs: 1_000 + randomBelow(random, 9_000),
    maxActive: 20,
    ...(random.next() < 0.7 && { cleanup: httpCleanup({ url, retry: { maxAttempts: 2 } }) }),
  });
}

function someOutcome(random: Seeded, { cleanupId, object, fence }: CleanupClaim): CleanupOutcome {
  const of = { cleanupId, object, fence };
  const kind = randomItem(random, ['done', 'retry', 'fail', 'unstarted'] as const);
  if (kind === 'fail') return { ...of, kind, abandonReason: 'TERMINAL_ANSWER' };
  if (kind !== 'retry') return { ...of, kind };
  const contact = randomItem(random, ['answered', 'unanswered', 'unreached'] as const);
  return { ...of, kind, contact, delayMs: randomBelow(random, 2_000), abandonReason: 'ATTEMPTS_EXHAUSTED' };
}
