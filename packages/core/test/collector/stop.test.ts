import { beforeEach, describe, expect, test } from 'vitest';
import type { CleanupClaim, CollectorOptions, Executor, LeaseEvent, SettleResult } from '../../src/index.js';
import { Collector } from '../../src/index.js';
import { ManualClock, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { deferred } from './deferred.js';
import { HeldExecutor } from './held-executor.js';
import { claimsOf, ScriptedStore } from './scripted-store.js';

let clock: ManualClock;
let scripted: ScriptedStore;
let events: LeaseEvent[];

beforeEach(() => {
  clock = new ManualClock();
  scripted = new ScriptedStore();
  events = [];
});

function collectorWith(http: Executor, options: Partial<CollectorOptions> = {}): Collector {
  return new Collector({
    store: scripted.store,
    executors: { http },
    clock,
    random: seededRandom(1),
    observer: (event) => events.push(event),
    ...options,
  });
}

/** When the promise resolved, by the clock; unset if it has not. */
function resolution(promise: Promise<unknown>): { atMs?: number } {
  const seen: { atMs?: number } = {};
  void promise.then(() => (seen.atMs = clock.monotonicMs()));
  return seen;
}

describe('stop()', () => {
  test('is immediate when nothing is under way, and leaves no timer', async () => {
    const collector = collectorWith(recordingExecutor());
    collector.start();
    await clock.advance(1_000);
    await collector.stop();
    expect(clock.pending).toBe(0);
    const { length } = scripted.sweeps;
    await clock.advance(60_000);
    expect(scripted.sweeps).toHaveLength(length);
  });

  test('is idempotent, and a stopped collector claims nothing and does not start again', async () => {
    const collector = collectorWith(recordingExecutor());
    const first = collector.stop();
    expect(collector.stop()).toBe(first);
    await first;
    scripted.due = claimsOf(1);
    expect(await collector.claim()).toBe(0);
    expect(scripted.claims).toEqual([]);
    expect(() => {
      collector.start();
    }).toThrow('does not start again');
  });

  test('L6: waits for the attempts in flight, and starts no other', async () => {
    const executor = new HeldExecutor();
    const collector = collectorWith(executor, { maxConcurrent: 2 });
    scripted.due = claimsOf(5);
    collector.start();
    await clock.advance(100);
    const stopped = resolution(collector.stop());
    await clock.advance(1_000);
    executor.end(1);
    await clock.advance(1_000);
    expect(stopped.atMs).toBeUndefined();
    executor.end(1);
    await clock.advance(10);
    expect(stopped.atMs).toBe(2_100);
    expect(scripted.outcomes.map(({ kind }) => kind)).toEqual(['done', 'done']);
    expect(scripted.due).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test('F15: gives back what was claimed while it stopped', async () => {
    const executor = recordingExecutor();
    const answer = deferred<readonly CleanupClaim[]>();
    scripted.onClaim = () => answer.promise;
    const collector = collectorWith(executor);
    const claiming = collector.claim();
    await clock.advance(5);
    const stopped = resolution(collector.stop());
    await clock.advance(5);
    expect(stopped.atMs).toBeUndefined();
    answer.resolve(claimsOf(3));
    await clock.advance(0);
    expect(await claiming).toBe(3);
    expect(stopped.atMs).toBe(10);
    expect(executor.claims).toEqual([]);
    expect(scripted.outcomes.map(({ kind }) => kind)).toEqual(['unstarted', 'unstarted', 'unstarted']);
    expect(clock.pending).toBe(0);
  });

  test('aborts at the limit what has not ended: it counts as unanswered', async () => {
    const aborts: unknown[] = [];
    const executor = recordingExecutor(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborts.push((signal.reason as Error).message);
            resolve({ kind: 'retry', contact: 'unanswered', detail: 'aborted' });
          });
        }),
    );
    scripted.due = claimsOf(2, { retry: { attemptTimeoutMs: 30_000 } });
    const collector = collectorWith(executor);
    await collector.claim();
    const stopped = resolution(collector.stop());
    await clock.advance(19_999);
    expect(aborts).toEqual([]);
    await clock.advance(1);
    expect(aborts).toEqual(['the collector is stopping', 'the collector is stopping']);
    expect(stopped.atMs).toBe(20_000);
    expect(scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered' },
      { kind: 'retry', contact: 'unanswered' },
    ]);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['while it waits', 700, 700],
    ['before it began', 0, 0],
  ])('aborts as soon as nobody wants to wait: %s', async (_, hurriedAtMs, endedAtMs) => {
    const executor = recordingExecutor(
      (_claim, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ kind: 'retry', contact: 'unanswered' });
          });
        }),
    );
    scripted.due = claimsOf(1);
    const collector = collectorWith(executor);
    await collector.claim();
    const hurry = new AbortController();
    if (hurriedAtMs === 0) hurry.abort();
    const stopped = resolution(collector.stop({ signal: hurry.signal }));
    await clock.advance(hurriedAtMs);
    expect(scripted.outcomes).toHaveLength(hurriedAtMs === 0 ? 1 : 0);
    hurry.abort();
    await clock.advance(0);
    expect(stopped.atMs).toBe(endedAtMs);
    expect(scripted.outcomes).toMatchObject([{ kind: 'retry', contact: 'unanswered' }]);
    expect(clock.pending).toBe(0);
  });

  test('leaves executors behind that do not obey', async () => {
    scripted.due = claimsOf(2);
    const collector = collectorWith(new HeldExecutor());
    await collector.claim();
    const stopped = resolution(collector.stop({ graceMs: 500 }));
    await clock.advance(1_500);
    expect(stopped.atMs).toBe(1_500);
    expect(scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered', detail: 'the collector is stopping' },
      { kind: 'retry', contact: 'unanswered', detail: 'the collector is stopping' },
    ]);
    expect(clock.pending).toBe(0);
  });

  test('L6: ends within its grace and 3 s even if the store is away: what it could not record is told', async () => {
    const executor = new HeldExecutor();
    scripted.due = claimsOf(2);
    const collector = collectorWith(executor);
    collector.start();
    await clock.advance(100);
    scripted.unavailable = true;
    executor.end(1);
    const stopped = resolution(collector.stop());
    await clock.advance(23_000);
    expect(stopped.atMs).toBe(23_100);
    const dropped = events.flatMap((event) =>
      event.type === 'step-failed' && (event.error as Error).message.startsWith('gave up') ? [event] : [],
    );
    expect(dropped).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test('F4, L6: and even if the store never answers again', async () => {
    const executor = recordingExecutor();
    const never = new Promise<readonly SettleResult[]>(() => undefined);
    scripted.onSettle = () => never;
    scripted.due = claimsOf(2);
    const collector = collectorWith(executor);
    collector.start();
    await clock.advance(100);
    scripted.onSweep = () => new Promise(() => undefined);
    scripted.onClaim = () => new Promise(() => undefined);
    await clock.advance(200);
    const stopped = resolution(collector.stop({ graceMs: 1_000 }));
    await clock.advance(4_000);
    expect(stopped.atMs).toBe(4_300);
    expect(clock.pending).toBe(0);
  });
});

describe('the prune loop', () => {
  test('prunes every minute, step by step while there is more', async () => {
    let left = 4;
    const times: number[] = [];
    scripted.onPrune = () => {
      times.push(clock.monotonicMs());
      return { leases: 1, cleanups: 0, more: --left > 0 };
    };
    const collector = collectorWith(recordingExecutor());
    collector.start();
    await clock.advance(125_000);
    expect(times).toEqual([60_000, 60_000, 60_000, 60_000, 120_000]);
    await collector.stop();
  });
});
