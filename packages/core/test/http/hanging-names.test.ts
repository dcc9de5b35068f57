import { describe, expect, test } from 'vitest';
import { egressGuard, type EgressGuardOptions } from '../../src/http/index.js';
import { Lookups } from '../../src/http/lookups.js';
import { Paces } from '../../src/http/paces.js';
import { systemPlaces } from '../../src/http/resolve-name.js';
import { ManualClock } from '../../src/testing/index.js';

const PLACES = 24;
const HANG_MS = 15_000;

/** Names that begin with `hangs` have no answer for 15 s, and then an error; the others are answered at once. */
function setUp(places = PLACES) {
  const clock = new ManualClock();
  const running = new Set<string>();
  const resolveName = (name: string) => {
    if (!name.startsWith('hangs')) return Promise.resolve(['10.0.0.1']);
    running.add(name);
    return new Promise<string[]>((_, reject) => {
      clock.schedule(HANG_MS, () => {
        running.delete(name);
        reject(Object.assign(new Error('no name server answers'), { code: 'EAI_AGAIN' }));
      });
    });
  };
  return { clock, running, resolveName, lookups: new Lookups(resolveName, clock, places) };
}

const hanging = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `hangs${from + i}`);
const resolved = { kind: 'resolved' };

describe('L3: names whose look-up hangs', () => {
  test('16 of them do not delay the attempts at other names, new ones included', async () => {
    const { clock, resolveName } = setUp();
    const options: EgressGuardOptions = { allowLoopback: false, allow: ['10.0.0.0/8'], clock, resolveName };
    const guard = egressGuard(options);
    const route = (name: string) =>
      guard.route(
        { kind: 'http', url: `http://${name}/`, headers: new Map(), notFoundIsDone: false },
        10_000,
        new AbortController().signal,
      );
    const stuck = hanging(16).map(route);
    const startMs = clock.monotonicMs();
    for (let i = 0; i < 50; i++) expect(await route(`healthy${i % 5}`)).toMatchObject({ kind: 'open' });
    expect(clock.monotonicMs()).toBe(startMs);
    await clock.advance(10_000);
    for (const each of await Promise.all(stuck)) expect(each).toMatchObject({ kind: 'closed' });
  });

  test.each([
    [24, 20],
    // A server's for creates; and in a process whose environment says nothing of threads.
    [4, 3],
    [2, 1],
  ])('of %i places, new ones take %i at most, however many there are', async (places, most) => {
    const { running, lookups } = setUp(places);
    expect(await lookups.ask('known', 10_000)).toMatchObject(resolved);
    for (const name of hanging(1_000)) void lookups.ask(name, 10_000);
    expect(running.size).toBe(most);
    expect(await lookups.ask('known', 10_000)).toMatchObject(resolved);
  });

  test('those that hung the last time leave half of the places to others, new names included', async () => {
    const { clock, running, lookups } = setUp();
    const first = hanging(20).map((name) => lookups.ask(name, HANG_MS + 1));
    await clock.advance(HANG_MS);
    for (const each of await Promise.all(first)) expect(each).toMatchObject({ kind: 'unresolved' });
    for (const name of hanging(20)) void lookups.ask(name, 10_000);
    expect(running.size).toBe(12);
    for (let i = 0; i < 50; i++) expect(await lookups.ask(`healthy${i}`, 10_000)).toMatchObject(resolved);
  });

  test('one that is quick again is like any other', () => {
    const paces = new Paces();
    expect(paces.of('a')).toBe('new');
    paces.learn('a', 1_000);
    expect(paces.of('a')).toBe('slow');
    paces.learn('a', 999);
    expect(paces.of('a')).toBe('quick');
  });

  test('10,000 names are remembered, the latest asked for', () => {
    const paces = new Paces();
    for (let i = 0; i < 10_000; i++) paces.learn(`n${i}`, 1);
    paces.learn('n0', 1);
    paces.learn('one-more', 1);
    expect(['n0', 'n1', 'n2', 'one-more'].map((name) => paces.of(name))).toEqual([
      'quick',
      'new',
      'quick',
      'quick',
    ]);
  });
});

describe('the look-ups that the system runs at a time', () => {
  test.each([
    [undefined, 2],
    ['64', 32],
    ['5', 3],
    ['1', 1],
    ['0', 1],
    ['many', 1],
    ['', 1],
    ['4096', 512],
  ])('are half of the threads: UV_THREADPOOL_SIZE=%s', (size, places) => {
    expect(systemPlaces(size === undefined ? {} : { UV_THREADPOOL_SIZE: size })).toBe(places);
  });
});
