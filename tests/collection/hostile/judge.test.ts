import { describe, expect, it } from 'vitest';
import { judgeRow } from './judge-row.js';
import type { HostileEndpoint, HostileRow } from './row.js';

const row: HostileRow = {
  name: 'x',
  end: 'exhausted',
  start: () => Promise.reject(new Error('not started')),
};

/** What an endpoint saw: one object, whose attempts came at these instants. */
function saw(arrivalsMs: readonly number[], parts: Partial<HostileEndpoint> = {}): HostileEndpoint {
  return {
    ...{ target: {}, port: 1, open: 0, longestMs: 0, strays: 0, bytesWritten: 0 },
    arrivals: new Map([['a', arrivalsMs]]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...parts,
  };
}

describe('F9: the judge of an endpoint', () => {
  it('accepts as many attempts as the row has', () => {
    expect(judgeRow(row, saw([0, 50]), ['a'])).toEqual([]);
    expect(judgeRow({ ...row, end: 'terminal' }, saw([0]), ['a'])).toEqual([]);
    expect(judgeRow({ ...row, end: 'unreached' }, saw([]), ['a'])).toEqual([]);
  });

  it('accepts that an attempt which is dropped or times out did not arrive, but not that none did', () => {
    expect(judgeRow({ ...row, hangs: true }, saw([0]), ['a'])).toEqual([]);
    expect(judgeRow({ ...row, hangs: true }, saw([]), ['a'])).toHaveLength(1);
    expect(judgeRow({ ...row, drops: true }, saw([0]), ['a'])).toEqual([]);
    expect(judgeRow({ ...row, drops: true }, saw([]), ['a'])).toHaveLength(1);
  });

  it.each<[string, Partial<HostileRow>, HostileEndpoint]>([
    ['F9: x: 1 attempts, not 2', {}, saw([0])],
    ['F9: x: 2 attempts, not 1', { end: 'collected' }, saw([0, 50])],
    ['F9: x: 1 attempts, not 0', { end: 'unreached' }, saw([0])],
    ['F9: x: tried again after 900 ms, not 1000 to 1200', { pauseMs: [1_000, 1_200] }, saw([0, 900])],
    ['F9: x: tried again after 60000 ms, not 1200 to 1200', { pauseMs: [1_200, 1_200] }, saw([0, 60_000])],
    ['F9: x: 3 calls that are no callback', {}, saw([0, 50], { strays: 3 })],
    [
      'F9: x: an attempt of 1000 ms held its socket for 9000 ms',
      { hangs: true },
      saw([0, 50], { longestMs: 9_000 }),
    ],
    ['F9: x: 100000000 bytes of its answers were taken', {}, saw([0, 50], { bytesWritten: 100_000_000 })],
  ])('says: %s', (violation, parts, endpoint) => {
    expect(judgeRow({ ...row, ...parts }, endpoint, ['a'])).toEqual([violation]);
  });
});
