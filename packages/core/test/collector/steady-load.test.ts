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

  test('includes what falls due in lumps: 400 at once, every second', () => {
    for (let second = 0; second < 12; second += 1) {
      sweeps(400, FULL);
      sweeps(600);
    }
    expect(load.perMs).toBeCloseTo(0.4, 1);
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
      'sweeps are behind',
      () => {
        sweeps(60_000, FULL);
      },
    ],
  ])('is what it was before while %s, and until what piled up is swept', (_, trouble) => {
    sweeps(5_100, { due: 30 });
    trouble();
    expect(load.perMs).toBeCloseTo(0.3);
    sweeps(11_100, FULL);
    sweeps(5_900, { due: 25 });
    expect(load.perMs).toBeCloseTo(0.3);
    sweeps(200, { due: 25 });
    expect(load.perMs).toBeCloseTo(0.25);
  });

  test('is known six seconds after a recovery in which nothing fell due', () => {
    sweeps(5_100, { due: 30 });
    sweeps(30_000, { status: 'paused' });
    sweeps(30_000, { rearmed: 100, nextInMs: 0 });
    sweeps(20_000, FULL);
    sweeps(6_100, { due: 30 });
    expect(load.perMs).toBeCloseTo(0.3);
  });

  test('a pause is not counted as time in which little fell due', () => {
    sweeps(5_100, { due: 30 });
    sweeps(3_000, { status: 'paused' });
    sweeps(5_100, { due: 30 });
    expect(load.perMs).toBeCloseTo(0.3);
  });
});
