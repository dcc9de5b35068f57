import { test } from 'vitest';
import { runSequences } from '../../model/run-sequences.js';
import type { StoreUnderTest } from './open-store.js';

/** `LEASE_MODEL_SEQUENCES=memory=200000,sqlite=20000` runs more, `LEASE_MODEL_SEED=7` others. */
const SEED = Number(process.env['LEASE_MODEL_SEED'] ?? 1);
const DEFAULT_COUNTS: Readonly<Record<string, number>> = { memory: 2_000, sqlite: 500 };

function countFor(store: string): number {
  for (const pair of (process.env['LEASE_MODEL_SEQUENCES'] ?? '').split(',')) {
    const [name, count] = pair.split('=');
    if (name === store) return Number(count);
  }
  return DEFAULT_COUNTS[store] ?? 200;
}

/** T2: random sequences on each of these stores, in which every answer is the model's. */
export function followTheModel(stores: readonly StoreUnderTest[]): void {
  for (const store of stores) {
    const count = countFor(store.name);
    test(
      `T2 S1 S3 S4 S6 S7 S8 S10 S12 S14 S15 S16: ${count} random sequences on ${store.name}`,
      () => runSequences({ durable: store.durable, open: store.openForModel ?? store.open }, count, SEED),
      // Some 10 ms each on an idle machine.
      60_000 + count * 500,
    );
  }
}
