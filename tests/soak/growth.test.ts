import { describe, expect, test } from 'vitest';
import { randomBelow, seededRandom } from '@lease/core/testing';
import { growths, type Sample, slopesPerMinute } from './growth.js';
import { MAY_GROW_BY } from './soak.js';

/** Ten minutes of a server that warms up and whose figures go up and down, and what a leak adds. */
function samples(leak: (atS: number) => Partial<Sample> = () => ({})): readonly Sample[] {
  const random = seededRandom(7);
  return Array.from({ length: 300 }, (_, index) => {
    const atS = index * 2;
    const warm = 20 * (1 - Math.exp(-atS / 60));
    const noise = () => randomBelow(random, 5) - 2;
    const steady = {
      ...{ heapMb: 20 + warm + noise() / 4, rssMb: 90 + warm + 2 * noise() },
      ...{ handles: 40 + noise(), descriptors: 60 + noise(), sockets: 30 + noise() },
      databaseConnections: 10,
    };
    const more = Object.entries(leak(atS)) as [keyof typeof steady, number][];
    for (const [figure, by] of more) steady[figure] += by;
    return { atS, ...steady };
  });
}

describe('T6: the judge of slopes', () => {
  test('a server that warms up and then goes up and down has no leak', () => {
    expect(growths(samples(), MAY_GROW_BY)).toEqual([]);
  });

  test.each([
    ['heapMb', (atS: number) => ({ heapMb: atS / 60 })],
    ['rssMb', (atS: number) => ({ rssMb: (atS / 60) * 8 })],
    ['sockets', (atS: number) => ({ sockets: Math.floor(atS / 30) })],
    ['handles', (atS: number) => ({ handles: Math.floor(atS / 12) })],
    ['descriptors', (atS: number) => ({ descriptors: Math.floor(atS / 30) })],
    ['databaseConnections', (atS: number) => ({ databaseConnections: Math.floor(atS / 100) })],
  ])('a slow leak of %s is seen, and nothing else', (figure, leak) => {
    expect(growths(samples(leak), MAY_GROW_BY)).toEqual([expect.stringMatching(`^${figure} grew by `)]);
  });

  test('a slope is what it is', () => {
    expect(slopesPerMinute(samples((atS) => ({ heapMb: atS / 6 }))).heapMb).toBeCloseTo(10, 0);
  });

  test('too few samples are no verdict', () => {
    expect(growths(samples().slice(0, 15), MAY_GROW_BY)).toEqual(['only 8 samples in the second half']);
  });
});
