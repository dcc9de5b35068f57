import type { CleanupClaim, Lease } from '@lease/core';
import { createCommand, httpCleanup, objectRef, seededRandom } from '@lease/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PostgresContext } from '../storage/postgres-context.js';
import { postgres } from '../storage/stores.js';

const HOUR_MS = 3_600_000;
const TTL_MS = 300_000;

const random = seededRandom(11);
let context: PostgresContext;

beforeEach(async () => {
  context = await postgres.open();
});
afterEach(() => context.close());

const sweep = () => context.store.expireDue({ limit: 1_000, graceMs: 0, brakeShare: 0.25 });

/** Time passes with two sweeps in each second. */
async function elapse(ms: number): Promise<void> {
  await sweep();
  for (let leftMs = ms; leftMs > 0; leftMs -= 500) {
    await context.time.advance(Math.min(leftMs, 500));
    await sweep();
  }
}

async function create(id = random.uuid(), ttlMs = TTL_MS): Promise<Lease> {
  const command = createCommand({
    leaseId: random.uuid(),
    object: objectRef(id),
    ttlMs,
    cleanup: httpCleanup(),
  });
  const [result] = await context.store.create([command]);
  if (result?.outcome !== 'done') throw new Error(`refused: ${String(result?.reason)}`);
  return result.lease;
}

async function renew({ leaseId, serviceId }: Lease): Promise<Lease> {
  const [result] = await context.store.renew([{ leaseId, serviceId }]);
  if (result?.outcome !== 'done') throw new Error(`refused: ${String(result?.reason)}`);
  return result.lease;
}

async function release({ leaseId, serviceId }: Lease): Promise<Lease> {
  const [result] = await context.store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]);
  if (result?.outcome !== 'done') throw new Error(`refused: ${String(result?.reason)}`);
  return result.lease;
}

async function read({ leaseId }: Lease): Promise<Lease> {
  const { lease } = await context.store.get(leaseId);
  if (lease === undefined) throw new Error('the lease is gone');
  return lease;
}

async function claimOne(): Promise<CleanupClaim> {
  const claims = await context.store.claimCleanups({
    claimant: 'claimant',
    limit: 10,
    perEndpointLimit: 10,
    busyEndpoints: [],
    claimMs: 40_000,
  });
  const [claim] = claims;
  if (claim === undefined || claims.length > 1) throw new Error(`${claims.length} claims`);
  return claim;
}

describe('the clock of the database steps', () => {
  test.each([45_000, 250_000, 600_000, 24 * HOUR_MS])(
    'S14 S15 F8: forward by %i ms, and no lease ends that is renewed each third of its TTL',
    async (stepMs) => {
      const alive = [await create(), await create()];
      const dead = await create();
      // One was renewed just now, the other is about to be.
      await elapse(TTL_MS / 3 - 1_000);
      await renew(alive[0] as Lease);
      await context.time.step(stepMs);
      expect((await sweep()).status).toBe('paused');
      for (const lease of [alive[1], alive[0]]) {
        await elapse(lease === alive[1] ? 1_000 : TTL_MS / 3 - 2_000);
        await renew(lease as Lease);
      }
      await elapse(TTL_MS / 3);
      expect((await Promise.all(alive.map(read))).map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE']);
      await elapse(TTL_MS / 2);
      expect((await read(dead)).state, 'of the dead one, a TTL later').toBe('EXPIRED');
    },
    60_000,
  );

  test('S15 F8: back, which only delays: nothing ends before its time, and nothing answered goes back', async () => {
    const lease = await create();
    await elapse(TTL_MS / 2);
    const renewed = await renew(lease);
    await context.time.step(-HOUR_MS);
    await elapse(TTL_MS - 1_000);
    expect((await read(lease)).state).toBe('ACTIVE');
    const again = await renew(lease);
    expect(again.expireTime).toBe(renewed.expireTime);
    expect(again.renewTime).toBe(renewed.renewTime);
    expect(again.renewalCount).toBe(2);
    const released = await release(lease);
    expect(released.endTime).toBe(renewed.renewTime);
    expect((await claimOne()).lastLeaseId).toBe(lease.leaseId);
  });

  test('S14 S15 F8: back and later forth again, which is a gap like any other', async () => {
    const alive = await create();
    const dead = await create();
    await elapse(1_000);
    await context.time.step(-HOUR_MS);
    await elapse(1_000);
    await renew(alive);
    const young = await create();
    await context.time.step(HOUR_MS);
    expect((await sweep()).status).toBe('paused');
    await elapse(TTL_MS / 2);
    await renew(alive);
    await renew(young);
    await elapse(TTL_MS / 2 + 500);
    expect((await read(alive)).state).toBe('ACTIVE');
    expect((await read(young)).state).toBe('ACTIVE');
    expect((await read(dead)).state).toBe('EXPIRED');
  }, 60_000);

  test('L1 S15 F8: a day forth for one sweep and back, and expiry does not stand still for that day', async () => {
    const alive = await create();
    const dead = await create(random.uuid(), 60_000);
    await elapse(1_000);
    await context.time.step(24 * HOUR_MS);
    expect((await sweep()).status).toBe('paused');
    await context.time.step(-24 * HOUR_MS);
    for (let thirds = 0; thirds < 4; thirds++) {
      await elapse(90_000);
      expect((await read(dead)).state, 'of the dead one').toBe('EXPIRED');
      await renew(alive);
    }
    expect((await context.store.collectionState()).pauses).toEqual([]);
  }, 60_000);

  test('S8 S15 F8: back, and fences and generations go on growing', async () => {
    const drawn: number[] = [];
    for (const stepMs of [0, -HOUR_MS, -24 * HOUR_MS]) {
      await context.time.step(stepMs);
      const lease = await create('same');
      await release(lease);
      const claim = await claimOne();
      drawn.push(lease.generation, claim.fence);
      const { cleanupId, object, fence } = claim;
      expect(await context.store.settleCleanups([{ kind: 'done', cleanupId, object, fence }])).toEqual([
        'settled',
      ]);
    }
    expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
  });

  test('S15 F8: back, and the times of a cleanup that is revived or collected do not go back', async () => {
    const revived = await release(await create('revived'));
    await context.time.step(-HOUR_MS);
    await create('revived');
    const { cleanups } = await context.store.listCleanups({ state: 'REVIVED', limit: 10 });
    expect(cleanups).toMatchObject([{ dueTime: revived.endTime, endTime: revived.endTime }]);
  });
});
