import { type CreateLease, type LeaseStore } from '@lease/core';
import type { ManualClock } from '@lease/core/testing';
import { seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { describe, expect, test } from 'vitest';
import { openContext } from '../storage/open-context.js';
import { stores } from '../storage/stores.js';
import { Sequence, Unlike } from './sequence.js';
import { Side } from './side.js';

const SEQUENCES = 60;
const STEPS = 50;
const BATCH = 8;
/** Sequences with batches of a thousand. */
const LARGE = 2;

const newMemory = () => openContext((clock) => new MemoryStore({ clock, random: seededRandom(7) }));

/** Every store, and first of all memory, to which each element of a batch is sent alone: that is what a batch must answer like. */
async function openSides(): Promise<readonly Side[]> {
  const sides = [new Side('memory, one by one', newMemory(), true)];
  for (const store of stores) sides.push(new Side(store.name, await store.open()));
  return sides;
}

async function run(sides: readonly Side[], seed: number, steps: number, maxBatch: number): Promise<void> {
  const sequence = new Sequence(sides, seededRandom(seed), maxBatch);
  try {
    for (let step = 0; step < steps; step++) await sequence.step();
    await sequence.finish();
  } catch (error) {
    if (error instanceof Unlike) error.message = `seed ${seed}: ${error.message}`;
    throw error;
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

describe('the stores answer alike', () => {
  test(`S3 S6 S10 S12 S16: in ${SEQUENCES} sequences of batches, as if each element had been sent alone`, async () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) await run(await openSides(), seed, STEPS, BATCH);
  }, 180_000);

  test(`S3 S10 S12: in ${LARGE} sequences of batches of up to 1,000, with the same names again and again`, async () => {
    for (let seed = 1_001; seed <= 1_000 + LARGE; seed++) await run(await openSides(), seed, 24, 1_000);
  }, 120_000);

  test('a store that answers otherwise is noticed', async () => {
    const forgetful = openContext((clock: ManualClock) => {
      const store: LeaseStore = new MemoryStore({ clock, random: seededRandom(7) });
      const create = store.create.bind(store);
      store.create = (commands: readonly CreateLease[]) =>
        create(commands.map((command) => ({ ...command, maxActive: command.maxActive + 1 })));
      return store;
    });
    const sides = [new Side('memory', newMemory()), new Side('forgetful', forgetful)];
    await expect(run(sides, 1, STEPS, BATCH)).rejects.toThrow(/seed 1: step \d+, create:/);
  });
});
