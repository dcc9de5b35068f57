import { beforeEach, describe, expect, test } from 'vitest';
import type { SweepReport } from '../../src/index.js';
import { SteadyLoad } from '../../src/collector/steady-load.js';
import { BusyClock } from './busy-clock.js';
import { QUIET } from './scripted-store.js';

let clock: BusyClock;
let load: SteadyLoad;

beforeEach(() => {
  clock = new BusyClock();
  load = new SteadyLoad(clock);
});

/** Sweeps for so long, one in 100 ms, each with that report. */
function sweeps(forMs: number, report: Partial<SweepReport> = {}): void {
  for (let ms = 0; ms < forMs; ms += 100) {
    clock.idle(100);
    load.swept({ ...QUIET, ...report });
  }
}

const FULL = { expired: 100, due: 100, nextInMs: 0 };

describe('SteadyLoad', () => {
  test('is unknown until sweeps have kept up for five seconds', () => {
    sweeps(5_000, { due: 30 });
    expect(load.perMs).toBe(Infinity);
    sweeps(100, { due: 30 });
    expect(load.perMs).toBeCloseTo(0.3);
  });

  test('stays unknown to who has never kept up', () => {
    sweeps(3_600_000, FULL);
    expect(load.perMs).toBe(Infinity);
  });

  test('counts what no sweep found', () => {
    sweeps(100);
    load.fellDue(1_000);
    sweeps(5_000);
    expect(load.perMs).toBeCloseTo(0.2);
    sweeps(5_000);
    expect(load.perMs).toBe(0);
  });

  test.each([200, 400])('includes what falls due in lumps, every second: %d at once', (lump) => {
    for (const due of [lump / 2, lump]) {
      for (let second = 0; second < 60; second += 1) {
        sweeps(due, FULL);
        sweeps(1_000 - due);
      }
      expect(load.perMs).toBeCloseTo(due / 1_000, 1);
    }
  });

  test('does not take full pages of leases that were renewed for being behind', () => {
    for (const perSecond of [100, 500]) {
      for (let second = 0; second < 60; second += 1) {
        sweeps(500, { rearmed: 100, nextInMs: 0 });
        sweeps(500, { due: perSecond / 5 });
      }
      expect(load.perMs).toBeCloseTo(perSecond / 1_000, 1);
    }
  });

  test('L4: does not include a storm, though it is swept in three seconds', () => {
    sweeps(6_000);
    sweeps(3_000, { ...FULL, due: 1_000 });
    sweeps(6_000);
    expect(load.perMs).toBe(0);
  });

  test.each([
    [
      'no sweep succeeds',
      () => {
        clock.idle(60_000);
      },
    ],
    [
      'another replica sweeps',
      () => {
        sweeps(60_000, { status: 'busy' });
      },
    ],
    [
      'nothing expires',
      () => {
        sweeps(60_000, { status: 'paused' });
      },
    ],
    [
      'the brake holds',
      () => {
        sweeps(60_000, { skipped: 10 });
      },
    ],
    [
      'sweeps are behind',
      () => {
        sweeps(60_000, FULL);
      },
    ],
  ])('is what it was before while %s, and until what piled up is swept', (_, trouble) => {
    sweeps(5_100, { due: 30 });
    trouble();
    expect(load.perMs).toBeCloseTo(0.3);
    sweeps(2_200, FULL);
    sweeps(5_000, { due: 25 });
    expect(load.perMs).toBeCloseTo(0.3);
    sweeps(100, { due: 25 });
    expect(load.perMs).toBeCloseTo(0.25);
  });

  test('is known five seconds after a recovery in which nothing fell due', () => {
    sweeps(5_100, { due: 30 });
    sweeps(30_000, { status: 'paused' });
    sweeps(1_000, { rearmed: 100, nextInMs: 0 });
    sweeps(30_000);
    sweeps(20_000, FULL);
    sweeps(5_100, { due: 30 });
    expect(load.perMs).toBeCloseTo(0.3);
  });

  test('a pause is not counted as time in which little fell due', () => {
    sweeps(5_100, { due: 30 });
    sweeps(3_000, { status: 'paused' });
    sweeps(5_100, { due: 30 });
    expect(load.perMs).toBeCloseTo(0.3);
  });
});
