import { beforeEach, describe, expect, test } from 'vitest';
import type { CollectorOptions, Executor, LeaseEvent, SweepReport } from '../../src/index.js';
import { Collector } from '../../src/index.js';
import { ManualClock, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { HeldExecutor } from './held-executor.js';
import { claimOf, claimsOf, QUIET, ScriptedStore } from './scripted-store.js';

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

const failedSteps = () => events.flatMap((event) => (event.type === 'step-failed' ? [event.step] : []));

describe('the steps', () => {
  test('sweep() ends overdue leases with the configured grace, limit and brake', async () => {
    const report: SweepReport = { ...QUIET, expired: 3, due: 2 };
    scripted.onSweep = async () => {
      await clock.advance(12);
      return report;
    };
    const collector = collectorWith(recordingExecutor(), { graceMs: 700, sweepLimit: 50, brakeShare: 0.5 });
    expect(await collector.sweep()).toEqual(report);
    expect(scripted.sweeps).toEqual([{ limit: 50, graceMs: 700, brakeShare: 0.5 }]);
    expect(events).toEqual([{ type: 'swept', report, durationMs: 12 }]);
  });

  test('claim() starts attempts and idle() waits until their outcomes are recorded', async () => {
    scripted.due = claimsOf(3);
    const executor = recordingExecutor();
    const collector = collectorWith(executor, { claimant: 'replica-1' });
    expect(await collector.claim()).toBe(3);
    await collector.idle();
    expect(executor.claims.map(({ cleanupId }) => cleanupId)).toEqual(['c-1', 'c-2', 'c-3']);
    expect(scripted.claims[0]).toMatchObject({ claimant: 'replica-1', limit: 64, claimMs: 40_000 });
    expect(scripted.outcomes.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
    expect(events.map(({ type }) => type)).toEqual([
      'cleanups-claimed',
      'attempt-ended',
      'attempt-ended',
      'attempt-ended',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('prune() forgets what the retention allows', async () => {
    scripted.onPrune = () => ({ leases: 5, cleanups: 7, more: true });
    const collector = collectorWith(recordingExecutor(), {
      retainEndedMs: 3_600_000,
      retainFinishedMs: 60_000,
    });
    expect(await collector.prune()).toEqual({ leases: 5, cleanups: 7, more: true });
    expect(scripted.prunes).toEqual([
      { endedLeasesOlderThanMs: 3_600_000, finishedCleanupsOlderThanMs: 60_000, limit: 1_000 },
    ]);
  });

  test('hand the store’s failure to whoever drives them', async () => {
    scripted.unavailable = true;
    const collector = collectorWith(recordingExecutor());
    await expect(collector.sweep()).rejects.toThrow('the database is away');
    await expect(collector.claim()).rejects.toThrow('the database is away');
    await expect(collector.prune()).rejects.toThrow('the database is away');
    await collector.idle();
  });

  test('two claims at once start no more attempts than there are slots', async () => {
    scripted.due = claimsOf(40);
    const executor = new HeldExecutor();
    const collector = collectorWith(executor, { maxConcurrent: 10, perEndpoint: 10 });
    await Promise.all([collector.claim(), collector.claim()]);
    await clock.advance(0);
    expect(executor.attempts).toHaveLength(10);
    expect(scripted.outcomes.map(({ kind }) => kind)).toEqual(Array(10).fill('unstarted'));
  });
});

describe('the sweep loop', () => {
  const sweepTimes = async (
    nextInMs: (sweep: number) => number,
    options: Partial<CollectorOptions>,
    ms: number,
  ) => {
    const times: number[] = [];
    scripted.onSweep = () => {
      times.push(clock.monotonicMs());
      return { ...QUIET, nextInMs: nextInMs(times.length) };
    };
    const collector = collectorWith(recordingExecutor(), options);
    collector.start();
    await clock.advance(ms);
    await collector.stop();
    return times;
  };

  test('S14: sweeps at the configured interval, whatever the store proposes, so the heartbeat is written', async () => {
    expect(await sweepTimes(() => 500, { sweepIntervalMs: 200 }, 900)).toEqual([0, 200, 400, 600, 800]);
    expect(await sweepTimes(() => 60_000, { sweepIntervalMs: 500 }, 1_400)).toEqual([900, 1_400, 1_900]);
  });

  test('L1: sweeps earlier when the store says that something will be due', async () => {
    expect(await sweepTimes((sweep) => (sweep === 2 ? 30 : 500), {}, 330)).toEqual([0, 100, 130, 230, 330]);
  });

  test('R17: sweeps on at once after a full page, with a turn for others in between', async () => {
    const turns: number[] = [];
    const times = await sweepTimes(
      (sweep) => {
        clock.schedule(0, () => turns.push(sweep));
        return sweep < 5 ? 0 : 500;
      },
      {},
      50,
    );
    expect(times).toEqual([0, 0, 0, 0, 0]);
    expect(turns).toEqual([1, 2, 3, 4, 5]);
  });

  test.each([
    [100, 50],
    [20, 20],
  ])(
    'L4: with a limit of %d leases, a sweep ends %d in a storm while somebody calls',
    async (sweepLimit, least) => {
      const collector = collectorWith(recordingExecutor(), { sweepLimit });
      collector.start();
      await clock.advance(6_000);
      const calm = scripted.sweeps.length;
      scripted.due = claimsOf(1_000);
      scripted.onSweep = () =>
        scripted.sweeps.length < calm + 50 ? { ...QUIET, expired: 100, due: 100, nextInMs: 0 } : QUIET;
      collector.giveWay();
      await clock.advance(100);
      await collector.stop();
      const limits = scripted.sweeps.map(({ limit }) => limit);
      expect(limits.slice(0, calm)).toEqual(Array(calm).fill(sweepLimit));
      expect(limits.slice(calm)).toContain(least);
    },
  );

  test('L1: a sweep that found objects due is followed by a claim at once', async () => {
    const collector = collectorWith(recordingExecutor(), { sweepIntervalMs: 500 });
    collector.start();
    await clock.advance(730);
    // The next look would be at 1,230 ms; the next sweep is at 1,000.
    collector.wake();
    await clock.advance(0);
    scripted.onSweep = () => {
      scripted.due = claimsOf(2);
      return { ...QUIET, expired: 2, due: 2 };
    };
    await clock.advance(270);
    expect(scripted.outcomes).toHaveLength(2);
    await collector.stop();
  });
});

describe('the claim loop', () => {
  test('looks for due cleanups at the sweep interval', async () => {
    const collector = collectorWith(recordingExecutor());
    collector.start();
    await clock.advance(250);
    expect(scripted.claims).toHaveLength(3);
    scripted.due = claimsOf(1);
    await clock.advance(50);
    expect(scripted.outcomes).toHaveLength(1);
    await collector.stop();
  });

  test('L7: a wake claims at once', async () => {
    const collector = collectorWith(recordingExecutor());
    collector.start();
    await clock.advance(10);
    scripted.due = claimsOf(1);
    collector.wake();
    await clock.advance(0);
    expect(scripted.outcomes).toHaveLength(1);
    await collector.stop();
    collector.wake();
    expect(clock.pending).toBe(0);
  });

  test('a slot that is freed is filled at once, not at the next look', async () => {
    const executor = new HeldExecutor();
    const collector = collectorWith(executor, { maxConcurrent: 4, sweepIntervalMs: 500 });
    scripted.due = claimsOf(10);
    collector.start();
    await clock.advance(10);
    expect(executor.attempts).toHaveLength(4);
    executor.end(3);
    await clock.advance(0);
    expect(executor.attempts.map(({ claim }) => claim.fence)).toEqual([4, 5, 6, 7]);
    // Freed together, filled together.
    expect(scripted.claims.map(({ limit }) => limit)).toEqual([4, 3]);
    executor.end(4);
    await clock.advance(0);
    executor.end(3);
    await collector.stop();
    expect(scripted.outcomes).toHaveLength(10);
  });

  test('works a long queue off with a turn for others between claims', async () => {
    scripted.due = claimsOf(500);
    let turns = 0;
    const executor = recordingExecutor();
    scripted.onClaim = (claim) => {
      clock.schedule(0, () => turns++);
      return scripted.takeDue(claim);
    };
    const collector = collectorWith(executor);
    collector.start();
    await clock.advance(400);
    expect(executor.claims).toHaveLength(500);
    expect(turns).toBeGreaterThanOrEqual(500 / 16);
    await collector.stop();
  });

  test('does not go round in circles over a cleanup that this process cannot serve', async () => {
    const orphan = claimOf(1, {
      endpoint: 'grpc://a:1',
      target: { kind: 'grpc', address: 'a:1', tls: false },
    });
    scripted.due = [orphan];
    scripted.onSettle = (outcomes) => {
      // As a store does: given back is due again at once.
      if (outcomes.some(({ kind }) => kind === 'unstarted')) scripted.due.push(orphan);
      return outcomes.map(() => 'settled');
    };
    const collector = collectorWith(recordingExecutor());
    collector.start();
    await clock.advance(59_000);
    expect(scripted.outcomes).toHaveLength(1);
    await clock.advance(2_000);
    expect(scripted.outcomes).toHaveLength(2);
    await collector.stop();
  });
});

describe('while the store is away', () => {
  test('L5: the loops go on and work again within 2 s of its return', async () => {
    const executor = recordingExecutor();
    const collector = collectorWith(executor);
    collector.start();
    await clock.advance(200);
    scripted.unavailable = true;
    await clock.advance(120_000);
    expect(new Set(failedSteps())).toEqual(new Set(['sweep', 'claim', 'prune']));
    // Two loops at most every 2 s, and the prune: an outage is no reason to shout.
    expect(failedSteps().length).toBeLessThan(220);
    scripted.unavailable = false;
    scripted.due = claimsOf(5);
    const before = scripted.sweeps.length;
    await clock.advance(2_000);
    expect(executor.claims).toHaveLength(5);
    expect(scripted.sweeps.length).toBeGreaterThan(before);
    await collector.stop();
  });

  test('S9: outcomes wait for it, and no attempt is made twice', async () => {
    const executor = new HeldExecutor();
    const collector = collectorWith(executor);
    scripted.due = claimsOf(3);
    collector.start();
    await clock.advance(100);
    scripted.unavailable = true;
    executor.end(3);
    await clock.advance(30_000);
    scripted.unavailable = false;
    const offered = scripted.settles.length;
    await clock.advance(2_000);
    expect(scripted.settles.slice(offered).map((batch) => batch.map(({ fence }) => fence))).toEqual([
      [1, 2, 3],
    ]);
    expect(executor.attempts).toHaveLength(0);
    await collector.stop();
  });
});
