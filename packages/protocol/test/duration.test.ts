import { describe, expect, it } from 'vitest';
import { Duration, durationToMs, msToDuration } from '../src/index.js';

const MAX_MS = Number.MAX_SAFE_INTEGER;

describe('a duration in milliseconds', () => {
  it.each<[string, Duration, number]>([
    ['0', { seconds: 0n, nanos: 0 }, 0],
    ['1 ms', { seconds: 0n, nanos: 1_000_000 }, 1],
    ['1 s', { seconds: 1n, nanos: 0 }, 1_000],
    ['59.999 s', { seconds: 59n, nanos: 999_000_000 }, 59_999],
    ['2^31 - 1 ms', { seconds: 2_147_483n, nanos: 647_000_000 }, 2 ** 31 - 1],
    ['2^31 ms', { seconds: 2_147_483n, nanos: 648_000_000 }, 2 ** 31],
    ['2^53 - 1 ms', { seconds: 9_007_199_254_740n, nanos: 991_000_000 }, MAX_MS],
  ])('%s, there and back', (_, duration, ms) => {
    expect(durationToMs(duration)).toEqual({ ms });
    expect(msToDuration(ms)).toEqual(duration);
    expect(Duration.decode(Duration.encode(duration).finish())).toEqual(duration);
  });

  it.each<[string, Duration, number]>([
    ['1 ns', { seconds: 0n, nanos: 1 }, 1],
    ['1.000000001 s', { seconds: 1n, nanos: 1 }, 1_001],
    ['0.999999999 s', { seconds: 0n, nanos: 999_999_999 }, 1_000],
  ])('%s is rounded up, never down: a TTL is a lower bound', (_, duration, ms) => {
    expect(durationToMs(duration)).toEqual({ ms });
  });

  it.each<[string, Duration, RegExp]>([
    ['-1 s', { seconds: -1n, nanos: 0 }, /^is negative$/],
    ['-1 ns', { seconds: 0n, nanos: -1 }, /^is negative$/],
    ['-1.5 s', { seconds: -1n, nanos: -500_000_000 }, /^is negative$/],
    ['1 s - 1 ns', { seconds: 1n, nanos: -1 }, /different signs/],
    ['-1 s + 1 ns', { seconds: -1n, nanos: 1 }, /different signs/],
    ['10^9 ns', { seconds: 0n, nanos: 1_000_000_000 }, /^has nanos 1000000000: /],
    ['-10^9 ns', { seconds: 0n, nanos: -1_000_000_000 }, /^has nanos /],
    ['2^31 - 1 ns', { seconds: 0n, nanos: 2 ** 31 - 1 }, /^has nanos /],
    ['half a nano', { seconds: 0n, nanos: 0.5 }, /^has nanos /],
    ['NaN nanos', { seconds: 0n, nanos: NaN }, /^has nanos /],
    ['2^53 ms', { seconds: 9_007_199_254_740n, nanos: 992_000_000 }, /2\^53/],
    ['a hair above 2^53 - 1 ms', { seconds: 9_007_199_254_740n, nanos: 991_000_001 }, /2\^53/],
    ['2^53 + 1 s', { seconds: 2n ** 53n + 1n, nanos: 0 }, /2\^53/],
    ['2^63 - 1 s', { seconds: 2n ** 63n - 1n, nanos: 999_999_999 }, /2\^53/],
    ['-2^63 s', { seconds: -(2n ** 63n), nanos: 0 }, /^is negative$/],
  ])('%s is refused', (_, duration, text) => {
    expect(durationToMs(duration)).toEqual({ refusal: expect.stringMatching(text) as string });
  });

  it('2^64 - 1 s on the wire is -1 in an int64, and refused', () => {
    const allOnes = Buffer.from([0x08, ...Array<number>(9).fill(0xff), 0x01]);
    expect(durationToMs(Duration.decode(allOnes))).toEqual({ refusal: 'is negative' });
  });
});

describe('milliseconds as a duration', () => {
  it('passes a negative one on, for the server to refuse', () => {
    expect(msToDuration(-1_500)).toEqual({ seconds: -1n, nanos: -500_000_000 });
    expect(msToDuration(-1_000)).toEqual({ seconds: -1n, nanos: 0 });
    expect(durationToMs(msToDuration(-1_000))).toHaveProperty('refusal');
  });

  it.each([1.5, NaN, Infinity, 2 ** 53])('throws at %s', (ms) => {
    expect(() => msToDuration(ms)).toThrow(RangeError);
  });
});
