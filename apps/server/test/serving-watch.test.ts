import { ManualClock } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { ServingWatch } from '../src/operations/serving-watch.js';

function setUp() {
  const clock = new ManualClock();
  const told: [serving: boolean, reasons: readonly string[]][] = [];
  const report = { serving: true, reasons: [] as string[] };
  const watch = new ServingWatch({
    readiness: { reachable: () => Promise.resolve({ ...report }) },
    clock,
    tell: (serving, reasons) => told.push([serving, reasons]),
  });
  watch.start();
  return { clock, told, report, watch };
}

const GONE = { serving: false, reasons: ['store: gone'] };

describe('the serving watch', () => {
  it('tells of an outage after two looks, and of its end after one, once each', async () => {
    const { clock, told, report } = setUp();
    await clock.advance(5_000);
    expect(told).toEqual([]);
    Object.assign(report, GONE);
    await clock.advance(1_000);
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(told).toEqual([[false, ['store: gone']]]);
    await clock.advance(60_000);
    expect(told).toHaveLength(1);
    Object.assign(report, { serving: true, reasons: [] });
    await clock.advance(1_000);
    expect(told.slice(1)).toEqual([[true, []]]);
  });

  it('tells nothing of one late answer', async () => {
    const { clock, told, report } = setUp();
    for (let round = 0; round < 3; round += 1) {
      Object.assign(report, GONE);
      await clock.advance(1_000);
      Object.assign(report, { serving: true });
      await clock.advance(1_000);
    }
    expect(told).toEqual([]);
  });

  it('tells nothing once it is stopped, not even of a look under way', async () => {
    const clock = new ManualClock();
    const told: boolean[] = [];
    let answer: (serving: boolean) => void = () => undefined;
    const reachable = () =>
      new Promise<boolean>((resolve) => (answer = resolve)).then((serving) => ({ serving, reasons: [] }));
    const watch = new ServingWatch({
      readiness: { reachable },
      clock,
      tell: (serving) => told.push(serving),
    });
    watch.start();
    await clock.advance(1_000);
    answer(false);
    await clock.advance(1_000);
    watch.stop();
    answer(false);
    await clock.advance(60_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
