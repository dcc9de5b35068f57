import { type CreateLease, type LeaseStore } from '@lease/core';
import type { ManualClock } from '@lease/core/testing';
import { seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { describe, expect, test } from 'vitest';
import { memory } from '../storage/embedded-stores.js';
import { openContext } from '../storage/open-context.js';
import { stores } from '../storage/stores.js';
import { openSides, runAlike } from './run-alike.js';
import { Side } from './side.js';

const SEQUENCES = 60;
/** Sequences with batches of a thousand. */
const LARGE = 2;

const ordinary = { steps: 50, maxBatch: 8 };

describe('the stores answer alike', () => {
  test(`S3 S6 S10 S12 S16: in ${SEQUENCES} sequences of batches, as if each element had been sent alone`, async () => {
    for (let seed = 1; seed <= SEQUENCES; seed++)
      await runAlike(await openSides(stores), { seed, ...ordinary });
  }, 180_000);

  test(`S3 S10 S12: in ${LARGE} sequences of batches of up to 1,000, with the same names again and again`, async () => {
    for (let seed = 1_001; seed <= 1_000 + LARGE; seed++)
      await runAlike(await openSides(stores), { seed, steps: 24, maxBatch: 1_000 });
  }, 120_000);

  test('a store that answers otherwise is noticed', async () => {
    const forgetful = openContext((clock: ManualClock) => {
      const store: LeaseStore = new MemoryStore({ clock, random: seededRandom(7) });
      const create = store.create.bind(store);
      store.create = (commands: readonly CreateLease[]) =>
        create(commands.map((command) => ({ ...command, maxActive: command.maxActive + 1 })));
      return store;
    });
    const sides = [new Side('memory', await memory.open()), new Side('forgetful', forgetful)];
    await expect(runAlike(sides, { seed: 1, ...ordinary })).rejects.toThrow(/seed 1: step \d+, create:/);
  });
});
