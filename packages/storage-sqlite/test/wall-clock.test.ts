import type { Lease } from '@lease/core';
import { createCommand } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../src/index.js';
import { openStore, uuid } from './open.js';

const DAY_MS = 86_400_000;

/** A store with one lease of 10 s, and what a test does to them. */
async function openWithLease() {
  const { store, clock, reopen } = openStore();
  let current: SqliteStore = store;
  const sweep = () => current.expireDue({ limit: 100, graceMs: 0, brakeShare: 1 });
  await current.create([createCommand({ leaseId: uuid(1), ttlMs: 10_000 })]);
  return {
    sweep,
    /** Time passes with two sweeps in each second. */
    elapse: async (ms: number) => {
      for (let passedMs = 0; passedMs < ms; passedMs += 500) {
        await sweep();
        await clock.advance(500);
      }
      await sweep();
    },
    /** Closes the store, steps the wall clock, and opens the store again. */
    reopenAfterStep: async (ms: number) => {
      await current.close();
      clock.stepWall(ms);
      current = reopen();
    },
    now: async () => (await current.collectionState()).now,
    state: async (): Promise<Lease['state'] | undefined> => (await current.get(uuid(1))).lease?.state,
    renew: async (ttlMs: number) => {
      const [result] = await current.renew([{ leaseId: uuid(1), serviceId: 'service-a', ttlMs }]);
      return result?.outcome;
    },
    close: () => current.close(),
  };
}

describe('a wall clock that steps while the file is closed', () => {
  it('S15: set back, only delays', async () => {
    const { elapse, now, state, reopenAfterStep, close } = await openWithLease();
    await elapse(2_000);
    const before = await now();
    await reopenAfterStep(-DAY_MS);
    // What was kept last is the last heartbeat's reading, not a later one.
    expect(await now()).toBeLessThanOrEqual(before);
    expect(await now()).toBeGreaterThanOrEqual(before - 1_000);
    await elapse(7_000);
    expect(await state()).toBe('ACTIVE');
    await elapse(2_000);
    expect(await state()).toBe('EXPIRED');
    await close();
  });

  it('S14 S15 R14: set forward, is a gap', async () => {
    const { elapse, sweep, state, renew, reopenAfterStep, close } = await openWithLease();
    await elapse(1_000);
    await reopenAfterStep(DAY_MS);
    expect((await sweep()).status).toBe('paused');
    await elapse(20_000);
    expect(await renew(60_000)).toBe('done');
    await elapse(20_000);
    expect(await state()).toBe('ACTIVE');
    await close();
  });
});
