import type { LeaseStore } from '@lease/core';
import { type ManualClock, seededRandom } from '@lease/core/testing';
import { describe, expect, test } from 'vitest';
import { brokenMemoryStore } from '../../mutants/broken-memory-store.js';
import { runSequences } from '../../model/run-sequences.js';
import { followTheModel } from './follow-the-model.js';
import { openContext } from './open-context.js';
import { stores } from './stores.js';

followTheModel(stores.filter(({ name }) => name !== 'postgres'));

/** One is shrunk, which takes seconds. */
const SHRUNK = 'revival-drops-the-cleanup';
const READABLE = 4_000;

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
    const Broken = await brokenMemoryStore(name);
    const make = (clock: ManualClock): LeaseStore => new Broken({ clock, random: seededRandom(7) });
    const subject = { durable: false, open: () => Promise.resolve(openContext(make)) };
    const sought = { sequences: 100, seed: 1, shrink: name === SHRUNK };
    const error: unknown = await runSequences(subject, sought).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/seed: 1, path: .*\nCounterexample: \[\[\{"do":/);
    if (name === SHRUNK) expect(String(error).length).toBeLessThan(READABLE);
    expect((error as Error).cause).toMatchObject({ name: 'Difference' });
  });
});
