import { describe, expect, test } from 'vitest';
import { runSequences } from '../../model/run-sequences.js';
import { stores } from './stores.js';

/** `LEASE_MODEL_SEQUENCES=memory=200000,sqlite=20000` runs more; `LEASE_MODEL_SEED` runs others. */
const COUNTS: Readonly<Record<string, number>> = { memory: 2_000, sqlite: 500 };
const SEED = Number(process.env['LEASE_MODEL_SEED'] ?? 1);

function sequencesOf(store: string): number {
  const asked = new Map(
    (process.env['LEASE_MODEL_SEQUENCES'] ?? '')
      .split(',')
      .map((pair) => pair.split('=') as [string, string]),
  );
  return Number(asked.get(store) ?? COUNTS[store] ?? 200);
}

describe('T2: every store does what the model does', () => {
  for (const store of stores) {
    const count = sequencesOf(store.name);
    test(
      `S1 S3 S4 S6 S7 S8 S10 S12 S14 S15 S16: ${count} random sequences on ${store.name}`,
      async () => {
        await runSequences(store, count, SEED);
        expect(count).toBeGreaterThan(0);
      },
      // A store takes some milliseconds per sequence.
      60_000 + count * 200,
    );
  }
});
