import { test } from 'vitest';
import { runSequences } from '../../model/run-sequences.js';
import { lanesOf, type StoreUnderTest, subjectOf } from './open-store.js';

/** `npm run gate -- models` runs more. */
const SEED = 1;
const COUNTS: Readonly<Record<string, number>> = { memory: 2_000, sqlite: 500, postgres: 200 };

/** T2: random sequences on each of these stores, in which every answer is the model's. */
export function followTheModel(stores: readonly StoreUnderTest[]): void {
  for (const store of stores) {
    const count = COUNTS[store.name] ?? 0;
    test(
      `T2 S1 S3 S4 S6 S7 S8 S10 S12 S14 S15 S16: ${count} random sequences on ${store.name}`,
      () => runSequences(subjectOf(store), { sequences: count, seed: SEED, lanes: lanesOf(store) }),
      // Some 10 ms each on an idle machine.
      60_000 + count * 500,
    );
  }
}
