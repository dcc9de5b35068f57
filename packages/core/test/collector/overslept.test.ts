import { describe, expect, test } from 'vitest';
import { Collector } from '../../src/index.js';
import { recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { BusyClock } from './busy-clock.js';
import { claimOf, ScriptedStore } from './scripted-store.js';

/** Ten attempts at one endpoint are in flight when the process is suspended, or not. Changes of its breaker afterwards. */
async function changes(suspendedMs: number): Promise<readonly string[]> {
  const clock = new BusyClock();
  const scripted = new ScriptedStore();
  const found: string[] = [];
  const executor = recordingExecutor(
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ kind: 'retry', contact: 'unanswered' }));
      }),
  );
  const collector = new Collector({
    store: scripted.store,
    executors: { http: executor },
    clock,
    random: seededRandom(1),
    observer: (event) => {
      if (event.type === 'breaker-changed') found.push(`${event.from} > ${event.to}`);
    },
  });
  for (let fence = 1; fence <= 10; fence++) scripted.due.push(claimOf(fence));
  collector.start();
  await clock.runUntil(5_000);
  clock.idle(suspendedMs);
  await clock.runUntil(60_000 + suspendedMs);
  expect(scripted.outcomes).toHaveLength(10);
  return found;
}

describe('attempts that time out', () => {
  test('are failures of their endpoint', async () => {
    expect(await changes(0)).toContain('closed > open');
  });

  test('are not, if it was this process that slept', async () => {
    expect(await changes(60_000)).toEqual([]);
  });
});
