import { beforeEach, describe, expect, test } from 'vitest';
import { LOOK_INTERVAL_MS, ProbeLine } from '../../src/collector/probe-line.js';

const MANY = 64;

let line: ProbeLine;

beforeEach(() => {
  line = new ProbeLine();
  for (const endpoint of ['a', 'b', 'c', 'd', 'e']) line.join(endpoint);
});

describe('endpoints that wait for their probe', () => {
  test('L3: are offered it by one full claim after the other, until it is the turn of the next', () => {
    expect(line.offer(0, MANY, 2)).toEqual(['a', 'b']);
    expect(line.offer(LOOK_INTERVAL_MS - 1, MANY, 2)).toEqual(['a', 'b']);
    expect(line.offer(LOOK_INTERVAL_MS, MANY, 2)).toEqual(['c', 'd']);
    expect(line.offer(2 * LOOK_INTERVAL_MS, MANY, 2)).toEqual(['e', 'a']);
    expect(line.offer(3 * LOOK_INTERVAL_MS, MANY, 2)).toEqual(['b', 'c']);
  });

  test('take over from one that was claimed, each for a time of its own', () => {
    line.offer(0, MANY, 2);
    line.leave('a');
    expect(line.offer(100, MANY, 2)).toEqual(['b', 'c']);
    expect(line.offer(LOOK_INTERVAL_MS, MANY, 2)).toEqual(['c', 'd']);
    expect(line.offer(LOOK_INTERVAL_MS + 100, MANY, 2)).toEqual(['d', 'e']);
  });

  test('L3: are offered it all at once by a claim that cannot take more of them than there is room for', () => {
    expect(line.offer(0, 2, 2)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(line.offer(0, 3, 2)).toEqual(['a', 'b']);
    // Beyond what there is room for, that was no turn.
    expect(line.offer(LOOK_INTERVAL_MS, MANY, 2)).toEqual(['c', 'd']);
  });

  test('with nothing due go to the end, and none is offered it for a while, unless there is a hurry', () => {
    line.offer(0, MANY, 3);
    line.leave('b');
    line.nothingDue(['a', 'c'], 10);
    expect(line.offer(10 + LOOK_INTERVAL_MS - 1, 1, 3)).toEqual([]);
    expect(line.offer(10 + LOOK_INTERVAL_MS, MANY, 3)).toEqual(['d', 'e', 'a']);
    line.nothingDue(['d'], 300);
    line.hurry();
    expect(line.offer(300, MANY, 3)).toEqual(['e', 'a', 'c']);
  });

  test('wait while there is no room', () => {
    expect(line.offer(0, 0, 0)).toEqual([]);
    expect(line.offer(LOOK_INTERVAL_MS, 1, 0)).toEqual([]);
    expect(line.offer(LOOK_INTERVAL_MS, MANY, 1)).toEqual(['a']);
  });

  test('with nothing due do not come back to a line that they have left', () => {
    line.offer(0, MANY, 1);
    line.leave('a');
    line.nothingDue(['a'], 0);
    expect(line.has('a')).toBe(false);
  });
});
