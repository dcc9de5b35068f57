import { randomBelow, randomItem, seededRandom } from '@lease/core/testing';
import { describe, expect, test } from 'vitest';

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

describe('seededRandom', () => {
  test('the same seed gives the same numbers and UUIDs, another one does not', () => {
    const run = (seed: number) => {
      const random = seededRandom(seed);
      return draw(20, () => [random.next(), random.uuid()]);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test('numbers are in [0, 1) and spread evenly', () => {
    const random = seededRandom(42);
    const buckets = new Array<number>(10).fill(0);
    for (const number of draw(10_000, () => random.next())) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
      const bucket = Math.floor(number * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const hits of buckets) expect(Math.abs(hits - 1_000)).toBeLessThan(150);
  });

  test('UUIDs are of version 4, in lower case, and all different', () => {
    const random = seededRandom(3);
    const uuids = draw(5_000, () => random.uuid());
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  test('randomBelow and randomItem reach every value and nothing else', () => {
    const random = seededRandom(5);
    expect(new Set(draw(200, () => randomBelow(random, 4)))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(draw(200, () => randomItem(random, ['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
    expect(() => randomItem(random, [])).toThrow(RangeError);
  });
});
