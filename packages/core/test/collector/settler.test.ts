import { beforeEach, describe, expect, test } from 'vitest';
import type { CleanupOutcome, LeaseEvent, SettleResult } from '../../src/index.js';
import { Settler } from '../../src/collector/settler.js';
import { ManualClock } from '../../src/testing/index.js';
import { deferred } from './deferred.js';
import { claimOf, ScriptedStore } from './scripted-store.js';

let clock: ManualClock;
let scripted: ScriptedStore;
let events: LeaseEvent[];
let settler: Settler;
let isGentle: boolean;

beforeEach(() => {
  clock = new ManualClock();
  scripted = new ScriptedStore();
  events = [];
  isGentle = true;
  const gait = {
    get isGentle() {
      return isGentle;
    },
  };
  settler = new Settler({ store: scripted.store, clock, tell: (event) => events.push(event), gait });
});

function settle(n: number, giveUpMs = 60_000): Promise<void> {
  const { cleanupId, object, fence } = claimOf(n);
  return settler.settle(claimOf(n), { kind: 'done', cleanupId, object, fence }, giveUpMs);
}

const fences = () => scripted.settles.map((batch) => batch.map(({ fence }) => fence));
const failures = () => events.flatMap((event) => (event.type === 'step-failed' ? [event] : []));

describe('Settler', () => {
  test('records what ends in one tick as one batch', async () => {
    await Promise.all([settle(1), settle(2), settle(3)]);
    expect(fences()).toEqual([[1, 2, 3]]);
    await settle(4);
    expect(fences()).toEqual([[1, 2, 3], [4]]);
    expect(clock.pending).toBe(0);
  });

  test('what ends while a batch is under way goes into the next one', async () => {
    const gate = deferred<readonly SettleResult[]>();
    scripted.onSettle = () => gate.promise;
    const first = settle(1);
    await clock.advance(0);
    scripted.onSettle = (outcomes) => outcomes.map(() => 'settled');
    const rest = [settle(2), settle(3)];
    await clock.advance(0);
    expect(fences()).toEqual([[1]]);
    gate.resolve(['settled']);
    await Promise.all([first, ...rest]);
    expect(fences()).toEqual([[1], [2, 3]]);
  });

  /** Settles one, for which the store takes so long. */
  async function settleIn(n: number, tookMs: number): Promise<void> {
    scripted.onSettle = (outcomes) =>
      new Promise((resolve) => clock.schedule(tookMs, () => resolve(outcomes.map(() => 'settled'))));
    const settled = settle(n);
    await clock.advance(tookMs);
    await settled;
    scripted.onSettle = (outcomes) => outcomes.map(() => 'settled');
  }

  test('L4: the next batch waits eight times as long as the last one took, and takes what ends meanwhile', async () => {
    await settleIn(1, 3);
    const second = settle(2);
    await clock.advance(23);
    const third = settle(3);
    expect(fences()).toEqual([[1]]);
    await clock.advance(1);
    await Promise.all([second, third]);
    expect(fences()).toEqual([[1], [2, 3]]);
    expect(clock.pending).toBe(0);
  });

  test('L2: it waits 50 ms at most', async () => {
    await settleIn(1, 1_000);
    const second = settle(2);
    await clock.advance(49);
    expect(fences()).toHaveLength(1);
    await clock.advance(1);
    await second;
  });

  test('what ends later waits for nothing', async () => {
    await settleIn(1, 3);
    await clock.advance(24);
    await settle(2);
    expect(clock.pending).toBe(0);
  });

  test('L1: nor does anything unless a storm gives way', async () => {
    isGentle = false;
    await settleIn(1, 3);
    await settle(2);
    expect(clock.pending).toBe(0);
  });

  test('giveUpAll() ends that wait as well', async () => {
    await settleIn(1, 5);
    const second = settle(2);
    await clock.advance(1);
    settler.giveUpAll();
    await second;
    await clock.advance(0);
    expect(fences()).toEqual([[1]]);
    expect(clock.pending).toBe(0);
  });

  test('offers at most a thousand at once', async () => {
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => settle(n)));
    expect(scripted.settles.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });

  test('S8: an outcome that the store refuses is told, and not offered again', async () => {
    scripted.onSettle = () => ['settled', 'stale'];
    await Promise.all([settle(1), settle(2)]);
    expect(events).toEqual([{ type: 'outcome-stale', claim: claimOf(2) }]);
    expect(scripted.settles).toHaveLength(1);
  });

  test('L5: keeps outcomes while the store is away, and offers them together with new ones', async () => {
    scripted.unavailable = true;
    const first = settle(1);
    await clock.advance(100);
    expect(fences()).toEqual([[1], [1]]);
    const second = settle(2);
    await clock.advance(5_000);
    expect(fences().at(-1)).toEqual([1, 2]);
    expect(failures().every(({ step }) => step === 'settle')).toBe(true);
    scripted.unavailable = false;
    const before = scripted.settles.length;
    await clock.advance(2_000);
    await Promise.all([first, second]);
    expect(fences().slice(before)).toEqual([[1, 2]]);
    expect(clock.pending).toBe(0);
  });

  test('gives an outcome up when its claim has long run out, and says so', async () => {
    scripted.unavailable = true;
    const old = settle(1, 3_000);
    const young = settle(2, 60_000);
    let given = false;
    void old.then(() => (given = true));
    await clock.advance(2_999);
    expect(given).toBe(false);
    await clock.advance(2_500);
    expect(given).toBe(true);
    const error = failures().find(({ error }) => (error as Error).message.startsWith('gave up'))?.error;
    expect((error as Error).message).toBe('gave up recording an outcome of cleanup c-1, fence 1');
    expect((error as Error).cause).toMatchObject({ name: 'StoreUnavailableError' });
    scripted.unavailable = false;
    await clock.advance(2_000);
    await young;
    expect(fences().at(-1)).toEqual([2]);
  });

  test('giveUpAll() ends every wait, leaves no timer, and what comes later is offered once', async () => {
    scripted.unavailable = true;
    const waiting = [settle(1), settle(2)];
    await clock.advance(0);
    settler.giveUpAll();
    await Promise.all(waiting);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
    const offered = scripted.settles.length;
    await settle(3);
    expect(fences().slice(offered)).toEqual([[3]]);
    expect(clock.pending).toBe(0);
  });

  test('giveUpAll() also leaves a store behind that never answers', async () => {
    const gate = deferred<readonly SettleResult[]>();
    scripted.onSettle = () => gate.promise;
    const hanging = settle(1);
    await clock.advance(0);
    settler.giveUpAll();
    await hanging;
    gate.resolve(['settled']);
    await clock.advance(0);
    expect(failures()).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('hands the outcome on unchanged', async () => {
    const { cleanupId, object, fence } = claimOf(1);
    const outcome: CleanupOutcome = {
      kind: 'retry',
      contact: 'answered',
      cleanupId,
      object,
      fence,
      delayMs: 5,
      abandonReason: 'ATTEMPTS_EXHAUSTED',
    };
    await settler.settle(claimOf(1), outcome, 1_000);
    expect(scripted.outcomes).toEqual([outcome]);
  });
});
