import { describe, expect, test } from 'vitest';
import { Collector } from '../../src/index.js';
import { ManualClock, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { claimOf, ScriptedStore } from './scripted-store.js';

const ENDPOINTS = Array.from({ length: 10 }, (_, n) => `http://e${n}.test`);
const SLOW = 'http://e0.test';
const ANSWER_MS = 20;
const SECONDS = 4;
const PER_SECOND = 20;

/** How long the cleanups of the nine other endpoints took from falling due to their end, beside one that may hang. */
async function latencies(hangs: boolean): Promise<readonly number[]> {
  const clock = new ManualClock();
  const scripted = new ScriptedStore();
  const dueMs = new Map<number, number>();
  const took: number[] = [];
  const executor = recordingExecutor(
    ({ endpoint, fence }, signal) =>
      new Promise((resolve) => {
        if (hangs && endpoint === SLOW) {
          signal.addEventListener('abort', () => resolve({ kind: 'retry', contact: 'unanswered' }));
          return;
        }
        clock.schedule(ANSWER_MS, () => {
          if (endpoint !== SLOW) took.push(clock.monotonicMs() - (dueMs.get(fence) ?? 0));
          resolve({ kind: 'done' });
        });
      }),
  );
  const collector = new Collector({
    store: scripted.store,
    executors: { http: executor },
    clock,
    random: seededRandom(1),
  });
  collector.start();
  let fence = 0;
  for (let n = 0; n < SECONDS * PER_SECOND; n++) {
    for (const endpoint of ENDPOINTS) {
      scripted.due.push(claimOf(++fence, { endpoint }));
      dueMs.set(fence, clock.monotonicMs());
    }
    await clock.advance(1_000 / PER_SECOND);
  }
  await clock.advance(1_000);
  const stopping = collector.stop({ graceMs: 0 });
  await clock.advance(10);
  await stopping;
  return took;
}

describe('L3: one endpoint that hangs', () => {
  test('delays the cleanups of nine others by at most 10 %', async () => {
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const alone = await latencies(false);
    const beside = await latencies(true);
    expect(alone).toHaveLength(9 * SECONDS * PER_SECOND);
    expect(beside).toHaveLength(alone.length);
    expect(mean(beside)).toBeLessThanOrEqual(1.1 * mean(alone));
    expect(Math.max(...beside)).toBeLessThanOrEqual(1.1 * Math.max(...alone));
  });
});
