import type { LeaseStore } from '@lease/core';
import { type ManualClock, seededRandom } from '@lease/core/testing';
import type { MemoryStore } from '@lease/storage-memory';
import { describe, expect, test } from 'vitest';
import { readMutants, ScratchCopy } from '../../mutants/mutant.js';
import { runSequences } from '../../model/run-sequences.js';
import { openContext, stores } from './stores.js';

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

describe('T2: every store does what the model does', () => {
  for (const store of stores) {
    const count = countFor(store.name);
    test(
      `S1 S3 S4 S6 S7 S8 S10 S12 S14 S15 S16: ${count} random sequences on ${store.name}`,
      () => runSequences({ durable: store.durable, open: store.openForModel ?? store.open }, count, SEED),
      // Some 10 ms each on an idle machine.
      60_000 + count * 500,
    );
  }
});

describe('T2 can fail', () => {
  const broken = [
    'r08-outcome-by-id-alone',
    'r13-blind-retry-makes-two',
    'r14-no-pause-after-a-gap',
    'r14-recovery-ends-with-the-pause',
    'r14-second-gap-cuts-the-recovery',
    'recovery-outlasts-the-term',
    'revival-drops-the-cleanup',
    'unreached-clears-the-doubt',
    'fence-restarts-after-a-drop',
  ];

  test.each(broken)('%s is noticed, and the failure tells how to see it again', async (name) => {
    const mutant = readMutants().find((each) => each.name === name);
    const copy = new ScratchCopy(mutant?.patch);
    try {
      const { MemoryStore: Broken } = (await copy.import('packages/storage-memory/src/index.ts')) as {
        readonly MemoryStore: typeof MemoryStore;
      };
      const make = (clock: ManualClock): LeaseStore => new Broken({ clock, random: seededRandom(7) });
      const subject = { durable: false, open: () => Promise.resolve(openContext(make)) };
      const error: unknown = await runSequences(subject, 100, 1).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/seed: 1, path: .*\nCounterexample: \[\[\{"do":/);
      expect((error as Error).cause).toMatchObject({ name: 'Difference' });
    } finally {
      copy.remove();
    }
  });
});
