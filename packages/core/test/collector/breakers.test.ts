import { beforeEach, describe, expect, test } from 'vitest';
import type { AttemptResult, LeaseEvent } from '../../src/index.js';
import { FAILURES_TO_OPEN, FIRST_OPEN_MS, MAX_OPEN_MS } from '../../src/collector/breaker.js';
import { Breakers, MAX_TRACKED } from '../../src/collector/breakers.js';
import { LOOK_INTERVAL_MS } from '../../src/collector/probe-line.js';
import { ManualClock, seededRandom } from '../../src/testing/index.js';

const A = 'http://a.test';
const B = 'http://b.test';
const DOWN: AttemptResult = { kind: 'retry', contact: 'unreached' };
const BUSY: AttemptResult = { kind: 'retry', contact: 'answered', cause: 'cleanup' };

let clock: ManualClock;
let events: LeaseEvent[];
let breakers: Breakers;

beforeEach(() => {
  clock = new ManualClock();
  events = [];
  const tell = (event: LeaseEvent) => events.push(event);
  breakers = new Breakers({ clock, random: seededRandom(1), tell, maxConcurrent: 8 });
});

const attempt = (endpoint: string, result: AttemptResult, restMs = 0) => {
  const permit = breakers.admit(endpoint);
  if (permit === undefined) throw new Error(`${endpoint} is not admitted`);
  breakers.ended(permit, result, { restMs });
};
const trip = (endpoint: string) => {
  for (let n = 0; n < FAILURES_TO_OPEN; n++) attempt(endpoint, DOWN);
};
/** For a claim of more than there can be probes. */
const forClaim = () => breakers.forClaim(64);
const changes = () =>
  events.flatMap((event) =>
    event.type === 'breaker-changed'
      ? [`${event.endpoint} ${event.from} > ${event.to}, ${event.tripped}`]
      : [],
  );

describe('Breakers', () => {
  test('let through whatever they know nothing bad of', () => {
    expect(breakers.admit(A)).toEqual({ endpoint: A });
    expect(forClaim()).toEqual({ passOver: [], probes: new Set() });
  });

  test('tell when one opens, is half-open and closes', async () => {
    trip(A);
    trip(B);
    expect(forClaim()).toEqual({ passOver: [A, B], probes: new Set() });
    expect(breakers.admit(A)).toBeUndefined();
    await clock.advance(FIRST_OPEN_MS);
    expect(forClaim()).toEqual({ passOver: [], probes: new Set([A, B]) });
    attempt(A, { kind: 'done' });
    attempt(B, DOWN);
    expect(forClaim()).toEqual({ passOver: [B], probes: new Set() });
    expect(changes()).toEqual([
      `${A} closed > open, 1`,
      `${B} closed > open, 2`,
      `${A} open > half-open, 2`,
      `${B} open > half-open, 2`,
      `${A} half-open > closed, 1`,
      `${B} half-open > open, 1`,
    ]);
  });

  test.each([
    ['done', { kind: 'done' }],
    ['a terminal answer', { kind: 'fail', abandonReason: 'TERMINAL_ANSWER' }],
  ] as const)('begin to count anew after %s', (_, up) => {
    for (let n = 0; n < 4; n++) attempt(A, DOWN);
    attempt(A, up);
    for (let n = 0; n < 4; n++) attempt(A, DOWN);
    expect(changes()).toEqual([]);
  });

  test.each([
    ['trouble with the cleanup alone', BUSY],
    ['a target that is forbidden', { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' }],
    ['an attempt that was not made', { kind: 'unstarted' }],
  ] as const)('neither count %s nor take it for a sign of life', (_, nothing) => {
    for (let n = 0; n < 50; n++) attempt(A, nothing);
    for (let n = 0; n < 4; n++) attempt(A, DOWN);
    attempt(A, nothing);
    expect(changes()).toEqual([]);
    attempt(A, DOWN);
    expect(changes()).toEqual([`${A} closed > open, 1`]);
  });

  const SLEPT = { overslept: true };
  const endedLate = (result: AttemptResult) => {
    const permit = breakers.admit(A);
    if (permit) breakers.ended(permit, result, SLEPT);
  };

  test('do not count that no answer was seen, if this process slept meanwhile', () => {
    for (let n = 0; n < 50; n++) endedLate({ kind: 'retry', contact: 'unanswered' });
    expect(changes()).toEqual([]);
  });

  test.each<AttemptResult>([
    { kind: 'retry', contact: 'answered', statusCode: 503 },
    { kind: 'retry', contact: 'unreached' },
  ])('count %j even then', (down) => {
    for (let n = 0; n < FAILURES_TO_OPEN; n++) endedLate(down);
    expect(changes()).toEqual([`${A} closed > open, 1`]);
  });

  test('take an answer that was seen late for a sign of life', () => {
    for (let n = 0; n < 4; n++) attempt(A, DOWN);
    endedLate({ kind: 'done' });
    for (let n = 0; n < 4; n++) attempt(A, DOWN);
    expect(changes()).toEqual([]);
  });

  test('offer the next probe at once after one that said nothing', async () => {
    trip(A);
    await clock.advance(FIRST_OPEN_MS);
    for (let n = 0; n < 3; n++) {
      expect(forClaim().probes).toEqual(new Set([A]));
      attempt(A, BUSY);
    }
  });

  test('close when what was under way at the opening succeeds', async () => {
    const early = breakers.admit(A);
    trip(A);
    if (early) breakers.ended(early, { kind: 'done' });
    expect(breakers.admit(A)).toBeDefined();
    // And the same beside a probe, whose failure then counts as one of five.
    const second = breakers.admit(A);
    trip(A);
    await clock.advance(FIRST_OPEN_MS);
    const probe = breakers.admit(A);
    if (second) breakers.ended(second, { kind: 'done' });
    if (probe) breakers.ended(probe, DOWN);
    for (let n = 0; n < 3; n++) attempt(A, DOWN);
    expect(changes().at(-1)).toBe(`${A} half-open > closed, 0`);
  });

  test('rest as long as the endpoint asked for, at most a minute', async () => {
    for (let n = 0; n < FAILURES_TO_OPEN; n++) attempt(A, DOWN, 3_600_000);
    await clock.advance(MAX_OPEN_MS - 1);
    expect(breakers.admit(A)).toBeUndefined();
    await clock.advance(1);
    expect(breakers.admit(A)).toBeDefined();
  });

  test('have at most a quarter of the slots in probes, and at least one', async () => {
    const endpoints = [A, B, 'http://c.test'];
    endpoints.forEach(trip);
    await clock.advance(FIRST_OPEN_MS);
    expect(forClaim()).toEqual({ passOver: ['http://c.test'], probes: new Set([A, B]) });
    const probes = [breakers.admit(A), breakers.admit(B)];
    expect(breakers.admit('http://c.test')).toBeUndefined();
    await clock.advance(LOOK_INTERVAL_MS);
    expect(forClaim()).toEqual({ passOver: endpoints, probes: new Set() });
    if (probes[0]) breakers.ended(probes[0], DOWN);
    expect(forClaim().probes).toEqual(new Set(['http://c.test']));

    const alone = new Breakers({ clock, random: seededRandom(1), tell: () => undefined, maxConcurrent: 1 });
    for (let n = 0; n < FAILURES_TO_OPEN; n++) alone.ended({ endpoint: A }, DOWN);
    await clock.advance(FIRST_OPEN_MS);
    expect(alone.forClaim(64).probes).toEqual(new Set([A]));
  });

  test('serve half-open endpoints in turn, those without due work at the end', async () => {
    const endpoints = [A, B, 'http://c.test', 'http://d.test'];
    endpoints.forEach(trip);
    await clock.advance(FIRST_OPEN_MS);
    const offered: string[] = [];
    for (let look = 0; look < 4; look++) {
      const { probes } = forClaim();
      offered.push(...probes);
      breakers.nothingDue([...probes]);
      expect(forClaim().probes.size).toBe(0);
      await clock.advance(LOOK_INTERVAL_MS);
    }
    expect(offered).toEqual([...endpoints, ...endpoints]);
  });

  test(`track ${MAX_TRACKED} endpoints; beyond, the one that failed longest ago is forgotten`, () => {
    trip(A);
    trip(B);
    // The latest failure counts, not the first; in flight when the breaker opened, it changes nothing else.
    breakers.ended({ endpoint: A }, DOWN);
    for (let n = 0; n < MAX_TRACKED - 1; n++) attempt(`http://e${n}.test`, DOWN);
    expect(forClaim().passOver).toEqual([A]);
    expect(changes().at(-1)).toBe(`${B} open > forgotten, 1`);
    expect(breakers.admit(B)).toBeDefined();
    for (let n = 0; n < MAX_TRACKED; n++) trip(`http://f${n}.test`);
    expect(forClaim().passOver).toHaveLength(MAX_TRACKED);
    trip('http://last.test');
    expect(forClaim().passOver).toHaveLength(MAX_TRACKED);
    expect(forClaim().passOver.at(-1)).toBe('http://last.test');
  });

  test('forget an endpoint with its probe under way without losing count of the probes', async () => {
    trip(A);
    await clock.advance(FIRST_OPEN_MS);
    const probe = breakers.admit(A);
    for (let n = 0; n < MAX_TRACKED; n++) trip(`http://e${n}.test`);
    await clock.advance(FIRST_OPEN_MS);
    expect(forClaim().probes.size).toBe(1);
    if (probe) breakers.ended(probe, { kind: 'done' });
    await clock.advance(LOOK_INTERVAL_MS);
    expect(forClaim().probes.size).toBe(2);
  });
});
