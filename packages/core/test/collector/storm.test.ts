import { expect, test } from 'vitest';
import { Collector } from '../../src/index.js';
import { recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { BusyClock } from './busy-clock.js';
import { claimOf, ScriptedStore } from './scripted-store.js';

/** What the thread spends on one cleanup, before and after its endpoint thinks, and on one renewal. */
const START_MS = 0.12;
const END_MS = 0.12;
const LEAST_ENDPOINT_MS = 1;
const MEAN_ENDPOINT_MS = 6;
const RENEWAL_MS = 0.3;
/** What a renewal takes besides: the way there and back, at both ends. */
const WAY_MS = 2;
const RENEWAL_EVERY_MS = 5;
const SECONDS = 4;

interface Report {
  readonly p99Ms: number;
  readonly perSecond: number;
}

/** Renewals at a steady pace while so many cleanups are due; `drive` sets the collector going. */
async function renewalsBeside(
  due: number,
  drive: (collector: Collector, clock: BusyClock) => void,
): Promise<Report> {
  const clock = new BusyClock();
  const scripted = new ScriptedStore();
  scripted.due = Array.from({ length: due }, (_, n) => claimOf(n, { endpoint: `http://e${n % 12}.test` }));
  const random = seededRandom(1);
  const executor = recordingExecutor(
    () =>
      new Promise((resolve) => {
        clock.spend(START_MS);
        const jitterMs = -Math.log(1 - random.next()) * (MEAN_ENDPOINT_MS - LEAST_ENDPOINT_MS);
        clock.schedule(LEAST_ENDPOINT_MS + jitterMs, () => {
          clock.spend(END_MS);
          resolve({ kind: 'done' });
        });
      }),
  );
  const took: number[] = [];
  // Whoever is slow is not asked more slowly.
  for (let sentMs = 0; sentMs < SECONDS * 1_000; sentMs += RENEWAL_EVERY_MS) {
    clock.schedule(sentMs, () => {
      clock.spend(RENEWAL_MS);
      took.push(clock.monotonicMs() - sentMs + WAY_MS);
    });
  }
  drive(new Collector({ store: scripted.store, executors: { http: executor }, clock, random }), clock);
  await clock.runUntil(SECONDS * 1_000);
  took.sort((a, b) => a - b);
  const { length } = scripted.outcomes;
  return { p99Ms: took[Math.floor(took.length * 0.99)] ?? Infinity, perSecond: length / SECONDS };
}

const started = (collector: Collector) => {
  collector.start();
};

/** Starts whatever has a free slot, whenever the thread gets to it. */
const unpaced = (collector: Collector, clock: BusyClock) => {
  const again = () => {
    void collector.claim();
    clock.schedule(1, again);
  };
  again();
};

test('L4: renewals stay within 3 times their idle p99 in a storm of cleanups, which goes on', async () => {
  const idle = await renewalsBeside(0, started);
  const storm = await renewalsBeside(20_000, started);
  expect(storm.p99Ms).toBeLessThanOrEqual(3 * idle.p99Ms);
  expect(storm.perSecond).toBeGreaterThan(1_500);
  // A storm that nobody paces shows that this process can be overwhelmed.
  const flood = await renewalsBeside(20_000, unpaced);
  expect(flood.p99Ms).toBeGreaterThan(3 * idle.p99Ms);
});
