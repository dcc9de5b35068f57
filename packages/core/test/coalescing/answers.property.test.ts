import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coalesce, type LeaseStore, type RenewLease, StoreUnavailableError } from '../../src/index.js';
import { seededRandom, randomItem } from '../../src/testing/index.js';
import { turn } from '../../src/testing/turn.js';
import { type Batch, HeldStore, leasesOf, renewals } from './held-store.js';

/** What callers do, and what becomes of their batches. */
const runs = fc.record({
  /** Sizes of the calls; now and then a batch is let go of between two of them. */
  calls: fc.array(
    fc.record({ size: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 1_100 })), letGo: fc.boolean() }),
    {
      minLength: 2,
      maxLength: 12,
    },
  ),
  /** Which batch comes back next, and whether it was done. */
  seed: fc.integer(),
  /** Names the caller whose commands poison a batch. */
  poison: fc.option(fc.nat({ max: 11 })),
});

/** Every caller gets the answers to its own commands, in its order, or an error that is its own or the store's. */
function answersAreTheirOwn(make: (store: LeaseStore) => LeaseStore) {
  return fc.asyncProperty(runs, async ({ calls, seed, poison }) => {
    const random = seededRandom(seed);
    const held = new HeldStore();
    const open = new Set<Batch>();
    held.onBatch = (batch) => open.add(batch);
    let outage = false;
    const letGo = () => {
      const batch = randomItem(random, [...open]);
      open.delete(batch);
      const poisoned = batch.commands.some((command) => callerOf(command as RenewLease) === poison);
      const gone = !poisoned && random.next() < 0.05;
      outage ||= gone;
      if (poisoned) batch.fail(new TypeError('poison'));
      else if (gone) batch.fail(new StoreUnavailableError('gone'));
      else batch.answer();
    };

    const store = make(held.store);
    const outcomes: Promise<void>[] = [];
    for (const [caller, { size, letGo: now }] of calls.entries()) {
      const commands = renewals(String(caller), size);
      const judged = store.renew(commands).then(
        (results) => {
          expect(leasesOf(results)).toEqual(commands.map(({ leaseId }) => leaseId));
          expect(caller === poison && size > 0).toBe(false);
        },
        (error: unknown) => {
          if (error instanceof StoreUnavailableError) expect(outage).toBe(true);
          else expect(caller).toBe(poison);
        },
      );
      // Awaited below; a judgement that fails before is not unhandled.
      judged.catch(() => undefined);
      outcomes.push(judged);
      if (now) await Promise.resolve();
      if (now && open.size > 0) letGo();
    }
    await turn();
    while (open.size > 0) {
      letGo();
      await turn();
    }
    await Promise.all(outcomes);
  });
}

function callerOf({ leaseId }: RenewLease): number {
  return Number.parseInt(leaseId, 10);
}

/** Stands for a coalescer that hands out a batch's answers wrongly. */
function mixing(mix: <T>(results: readonly T[]) => readonly T[]) {
  return (store: LeaseStore) =>
    coalesce({ ...store, renew: async (commands) => mix(await store.renew(commands)) });
}

describe('answers', () => {
  test('S3: go to those who asked, in their order, whatever comes back when and fails how', async () => {
    await fc.assert(answersAreTheirOwn(coalesce), { numRuns: 200 });
  });

  test.each([
    ['shifted by one', <T>(results: readonly T[]) => [...results.slice(1), ...results.slice(0, 1)]],
    ['in reverse', <T>(results: readonly T[]) => results.toReversed()],
    ['the first for everybody', <T>(results: readonly T[]) => results.map(() => results[0] as T)],
    [
      'swapped at the seam of two slices',
      <T>(results: readonly T[]) => [...results.slice(499), ...results.slice(0, 499)],
    ],
  ])('the property catches a coalescer that hands them out %s', async (_, mix) => {
    const verdict = await fc.check(answersAreTheirOwn(mixing(mix)), { numRuns: 200, endOnFailure: true });
    expect(verdict.failed).toBe(true);
  });
});
