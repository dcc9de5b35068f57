import { describe, expect, test } from 'vitest';
import { Lookups } from '../../src/http/lookups.js';
import { ManualClock } from '../../src/testing/index.js';

/** A resolver that answers when the test says so. */
class Slow {
  readonly asked: string[] = [];
  readonly #pending = new Map<
    string,
    { resolve: (texts: string[]) => void; reject: (error: Error) => void }
  >();

  readonly resolveName = (name: string) => {
    this.asked.push(name);
    return new Promise<string[]>((resolve, reject) => this.#pending.set(name, { resolve, reject }));
  };

  answer(name: string, ...texts: string[]) {
    this.#pending.get(name)?.resolve(texts);
  }

  fail(name: string, error: Error) {
    this.#pending.get(name)?.reject(error);
  }
}

function setUp(maxRunning = 2) {
  const slow = new Slow();
  const clock = new ManualClock();
  return { slow, clock, lookups: new Lookups(slow.resolveName, clock, maxRunning) };
}

describe('Lookups', () => {
  test('asks once for all who want a name at the same time, and anew for whoever comes later', async () => {
    const { slow, clock, lookups } = setUp();
    const both = [lookups.ask('a', 1_000), lookups.ask('a', 1_000)];
    expect(slow.asked).toEqual(['a']);
    slow.answer('a', '10.0.0.1', '::1');
    for (const resolution of await Promise.all(both)) {
      expect(resolution).toMatchObject({
        kind: 'resolved',
        answers: [{ text: '10.0.0.1' }, { text: '::1' }],
      });
    }
    expect(clock.pending).toBe(0);
    void lookups.ask('a', 1_000);
    expect(slow.asked).toEqual(['a', 'a']);
  });

  test('runs as many as it may, the others in the order in which they came', async () => {
    // One of the places is left to names that were quick before.
    const { slow, lookups } = setUp(3);
    const all = ['a', 'b', 'c', 'd'].map((name) => lookups.ask(name, 1_000));
    expect(slow.asked).toEqual(['a', 'b']);
    slow.answer('b', '10.0.0.1');
    await all[1];
    expect(slow.asked).toEqual(['a', 'b', 'c']);
  });

  test('lets nobody wait longer than they said, not even for their turn', async () => {
    const { slow, clock, lookups } = setUp(1);
    const hung = lookups.ask('hangs', 1_000);
    const behind = lookups.ask('behind', 2_000);
    await clock.advance(1_000);
    expect(await hung).toEqual({ kind: 'unresolved', why: 'no answer within 1000 ms' });
    await clock.advance(1_000);
    expect(await behind).toEqual({ kind: 'unresolved', why: 'no answer within 2000 ms' });
    // It keeps its place until it is over: who hangs must not be joined by ever more of its kind.
    const again = lookups.ask('hangs', 1_000);
    expect(slow.asked).toEqual(['hangs']);
    slow.answer('hangs', '10.0.0.1');
    expect(await again).toMatchObject({ kind: 'resolved' });
    // Nobody waited for the other one any more.
    expect(slow.asked).toEqual(['hangs']);
    expect(clock.pending).toBe(0);
  });

  test('ends for whoever aborts, and goes on for the others', async () => {
    const { slow, lookups } = setUp();
    const stop = new AbortController();
    const gone = lookups.ask('a', 1_000, stop.signal);
    const stays = lookups.ask('a', 1_000, new AbortController().signal);
    stop.abort();
    expect(await gone).toEqual({ kind: 'unresolved', why: 'aborted' });
    expect(await lookups.ask('b', 1_000, stop.signal)).toEqual({ kind: 'unresolved', why: 'aborted' });
    slow.answer('a', '10.0.0.1');
    expect(await stays).toMatchObject({ kind: 'resolved' });
    expect(slow.asked).toEqual(['a']);
  });

  test('lets 10,000 names wait and no more', async () => {
    const { slow, lookups } = setUp(1);
    const waiting = Array.from({ length: 10_001 }, (_, i) => lookups.ask(`n${i}`, 1_000));
    expect(await lookups.ask('one-more', 1_000)).toEqual({
      kind: 'unresolved',
      why: 'too many names are waiting',
    });
    slow.answer('n0', '10.0.0.1');
    expect(await waiting[0]).toMatchObject({ kind: 'resolved' });
    void lookups.ask('one-more', 1_000);
    expect(slow.asked).toEqual(['n0', 'n1']);
  });

  test('those for whom nobody waits any more take no place among them', async () => {
    const { slow, clock, lookups } = setUp(1);
    const waiting = Array.from({ length: 10_001 }, (_, i) => lookups.ask(`n${i}`, 1_000));
    await clock.advance(1_000);
    await Promise.all(waiting);
    const next = lookups.ask('next', 1_000);
    slow.answer('n0', '10.0.0.1');
    await new Promise((turn) => setImmediate(turn));
    slow.answer('next', '10.0.0.2');
    expect(await next).toMatchObject({ kind: 'resolved' });
    expect(slow.asked).toEqual(['n0', 'next']);
  });

  test.each([
    [
      'an error, by its code',
      Object.assign(new Error('getaddrinfo ENOTFOUND a'), { code: 'ENOTFOUND' }),
      'ENOTFOUND',
    ],
    ['an error without one', new Error('out of order '.repeat(10)), 'out of order '.repeat(10).slice(0, 64)],
  ])('tells of %s', async (_, error, why) => {
    const { slow, lookups } = setUp();
    const asked = lookups.ask('a', 1_000);
    slow.fail('a', error);
    expect(await asked).toEqual({ kind: 'unresolved', why });
  });

  test.each([
    ['no address', [], 'it has no address'],
    ['what is no address', ['10.0.0.1', '127.1'], 'an answer is no address'],
    ['a name', ['localhost'], 'an answer is no address'],
    ['too many', Array<string>(257).fill('10.0.0.1'), 'it has more than 256 addresses'],
  ])('takes %s for no answer', async (_, texts, why) => {
    const { slow, lookups } = setUp();
    const asked = lookups.ask('a', 1_000);
    slow.answer('a', ...texts);
    expect(await asked).toEqual({ kind: 'unresolved', why });
  });

  test('survives a resolver that throws', async () => {
    const lookups = new Lookups(
      () => {
        throw new Error('broken');
      },
      new ManualClock(),
      1,
    );
    expect(await lookups.ask('a', 1_000)).toEqual({ kind: 'unresolved', why: 'broken' });
    expect(await lookups.ask('b', 1_000)).toEqual({ kind: 'unresolved', why: 'broken' });
  });
});
