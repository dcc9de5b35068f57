import { seededRandom } from '@lease/core/testing';
import { memory } from '../storage/embedded-stores.js';
import type { StoreUnderTest } from '../storage/open-store.js';
import { Sequence, Unlike } from './sequence.js';
import { Side } from './side.js';

export interface AlikeRun {
  readonly seed: number;
  readonly steps: number;
  readonly maxBatch: number;
}

/** Every store, and first of all memory, to which each element of a batch is sent alone: that is what a batch must answer like. */
export async function openSides(stores: readonly StoreUnderTest[]): Promise<readonly Side[]> {
  const sides = [new Side('memory, one by one', await memory.open(), true)];
  for (const store of stores) sides.push(new Side(store.name, await store.open()));
  return sides;
}

/** Does the same to all of them and closes them; rejects with the seed if two answers differ. */
export async function runAlike(sides: readonly Side[], { seed, steps, maxBatch }: AlikeRun): Promise<void> {
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
