import { beforeEach, describe, expect, test } from 'vitest';
import {
  Breaker,
  FAILURES_TO_OPEN,
  FIRST_OPEN_MS,
  MAX_OPEN_MS,
  openMs,
} from '../../src/collector/breaker.js';
import { seededRandom } from '../../src/testing/index.js';

const endpoint = 'http://a.test';
/** The longest that the jitter gives. */
const LATEST = { next: () => 1 - 2 ** -32, uuid: () => '' };

let breaker: Breaker;

const fail = (nowMs: number, permit = { endpoint }) => {
  breaker.failed(permit, nowMs, 0, LATEST);
};
const probe = () => {
  const permit = { endpoint };
  breaker.probe(permit);
  return permit;
};

beforeEach(() => {
  breaker = new Breaker();
});

describe('a breaker', () => {
  const trip = (nowMs: number) => {
    for (let n = 0; n < FAILURES_TO_OPEN; n++) fail(nowMs);
  };

  test('opens at the fifth failure in a row', () => {
    for (let n = 0; n < 4; n++) fail(0);
    expect(breaker.state).toBe('closed');
    fail(0);
    expect(breaker.state).toBe('open');
    expect(breaker.wantsProbe).toBe(false);
  });

  test('is half-open when its time is over, for one probe', () => {
    trip(0);
    expect(breaker.ripen(FIRST_OPEN_MS - 2)).toBe(false);
    expect(breaker.ripen(FIRST_OPEN_MS)).toBe(true);
    expect(breaker.ripen(FIRST_OPEN_MS)).toBe(false);
    expect(breaker.state).toBe('half-open');
    expect(breaker.wantsProbe).toBe(true);
    probe();
    expect(breaker.wantsProbe).toBe(false);
    expect(() => {
      probe();
    }).toThrow('http://a.test takes no probe');
  });

  test('opens for twice as long when the probe fails, up to a minute', () => {
    trip(0);
    let nowMs = 0;
    const spans: number[] = [];
    for (let n = 0; n < 9; n++) {
      let span = 0;
      while (!breaker.ripen(nowMs + span)) span += 1;
      spans.push(span);
      nowMs += span;
      fail(nowMs, probe());
      expect(breaker.state).toBe('open');
    }
    // A floor takes the last millisecond.
    expect(spans).toEqual([999, 1_999, 3_999, 7_999, 15_999, 31_999, 59_999, 59_999, 59_999]);
  });

  test('is not kept open by what was under way when it opened', () => {
    trip(0);
    for (let n = 0; n < 11; n++) fail(900);
    expect(breaker.ripen(FIRST_OPEN_MS)).toBe(true);
    fail(FIRST_OPEN_MS);
    expect(breaker.state).toBe('half-open');
    probe();
    fail(FIRST_OPEN_MS);
    expect(breaker.state).toBe('half-open');
  });

  test('takes another probe after one that says nothing', () => {
    trip(0);
    breaker.ripen(FIRST_OPEN_MS);
    const permit = probe();
    breaker.endedInSilence({ endpoint });
    expect(breaker.wantsProbe).toBe(false);
    breaker.endedInSilence(permit);
    expect(breaker.wantsProbe).toBe(true);
  });
});

describe('how long it is open', () => {
  test('is drawn from the upper half of the bound, so that replicas do not probe in step', () => {
    const random = seededRandom(1);
    const drawn = Array.from({ length: 1_000 }, () => openMs(3, 0, random));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...drawn)).toBeLessThan(4_000);
    expect(new Set(drawn).size).toBeGreaterThan(700);
  });

  test('is at least the rest that the endpoint was granted, and at most a minute', () => {
    const random = seededRandom(1);
    expect(openMs(1, 30_000, random)).toBe(30_000);
    expect(openMs(1, 1, random)).toBeGreaterThanOrEqual(500);
    expect(openMs(1, 1e23, random)).toBe(MAX_OPEN_MS);
  });

  test('does not overflow after a year of probes', () => {
    expect(openMs(1_000_000, 0, seededRandom(1))).toBeLessThanOrEqual(MAX_OPEN_MS);
  });
});
