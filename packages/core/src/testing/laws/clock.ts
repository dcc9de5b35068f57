import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';

const DAY_MS = 86_400_000;

export const clockLaws: readonly StoreLaw[] = [
  law('S15', 'a step of the wall clock is not seen while the store runs', async (trial) => {
    const start = await trial.now();
    for (const stepMs of [DAY_MS, -2 * DAY_MS, 1, -1]) {
      await trial.time.stepWall(stepMs);
      await trial.time.advance(10);
    }
    checkEqual(await trial.now(), start + 40, "the store's clock");
  }),

  law('S15', 'a wall clock that steps forward ends no lease', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 10_000 });
    await trial.elapse(1_000);
    await trial.time.stepWall(DAY_MS);
    await trial.elapse(8_999);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S15', 'a wall clock that steps back does not keep a dead lease', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 10_000 });
    await trial.elapse(1_000);
    await trial.time.stepWall(-DAY_MS);
    await trial.elapse(9_000);
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state');
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law('S15', "every answer carries the store's clock, which never goes back", async (trial) => {
    const instants: number[] = [];
    for (let steps = 0; steps < 20; steps++) {
      const created = await trial.tryCreate();
      check(created.outcome === 'done', 'the lease is taken');
      const renewed = await trial.renew(created.lease);
      const refused = await trial.renew({ ...created.lease, serviceId: 'nobody' });
      const released = await trial.release(created.lease);
      const { now: listed } = await trial.store.list({ limit: 1 });
      const { now: counted } = await trial.store.stats();
      instants.push(created.now, renewed.now, refused.now, released.now, listed, counted);
      await trial.time.advance(7);
    }
    const sorted = [...instants].sort((a, b) => a - b);
    checkEqual(instants, sorted, 'instants in the order of the answers');
    check(instants.every(Number.isSafeInteger), 'instants are whole milliseconds');
  }),
];
