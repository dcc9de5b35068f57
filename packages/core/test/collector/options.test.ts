import { describe, expect, test } from 'vitest';
import type { CollectorOptions } from '../../src/index.js';
import { Collector, systemClock } from '../../src/index.js';
import { settingsOf } from '../../src/collector/options.js';
import { seededRandom } from '../../src/testing/index.js';
import { ScriptedStore } from './scripted-store.js';

const options = (parts: Partial<CollectorOptions> = {}): CollectorOptions => ({
  store: new ScriptedStore().store,
  executors: {},
  ...parts,
});

describe('CollectorOptions', () => {
  test('have the documented defaults', () => {
    expect(settingsOf(options({ random: seededRandom(1) }))).toMatchObject({
      clock: systemClock,
      claimant: seededRandom(1).uuid(),
      graceMs: 5_000,
      sweepIntervalMs: 100,
      sweepLimit: 100,
      brakeShare: 0.25,
      maxConcurrent: 64,
      perEndpoint: 16,
      claimMs: 40_000,
      retainEndedMs: 86_400_000,
      retainFinishedMs: 604_800_000,
    });
    expect(settingsOf(options({ maxConcurrent: 4 })).perEndpoint).toBe(4);
  });

  test('a claimant is new at each start', () => {
    expect(settingsOf(options()).claimant).not.toBe(settingsOf(options()).claimant);
  });

  test.each<[keyof CollectorOptions, Partial<CollectorOptions>]>([
    ['claimMs', { claimMs: 32_999 }],
    ['claimMs', { claimMs: Infinity }],
    ['sweepIntervalMs', { sweepIntervalMs: 501 }],
    ['sweepIntervalMs', { sweepIntervalMs: 0 }],
    ['graceMs', { graceMs: -1 }],
    ['graceMs', { graceMs: NaN }],
    ['graceMs', { graceMs: 1.5 }],
    ['sweepLimit', { sweepLimit: 0 }],
    ['maxConcurrent', { maxConcurrent: 0 }],
    ['perEndpoint', { perEndpoint: 0 }],
    ['perEndpoint', { perEndpoint: 65 }],
    ['brakeShare', { brakeShare: 0 }],
    ['brakeShare', { brakeShare: 1.1 }],
    ['brakeShare', { brakeShare: NaN }],
    ['retainEndedMs', { retainEndedMs: 3_599_999 }],
    ['retainFinishedMs', { retainFinishedMs: -1 }],
    ['claimant', { claimant: '' }],
  ])('throw for a wrong %s: %j', (name, parts) => {
    expect(() => new Collector(options(parts))).toThrow(RangeError);
    expect(() => new Collector(options(parts))).toThrow(name);
  });

  test('take the bounds', () => {
    const bounds = {
      claimMs: 33_000,
      sweepIntervalMs: 500,
      graceMs: 0,
      brakeShare: 1,
      retainEndedMs: 3_600_000,
    };
    expect(() => new Collector(options({ ...bounds, perEndpoint: 64, retainFinishedMs: 0 }))).not.toThrow();
  });
});
