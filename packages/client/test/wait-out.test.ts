import { expect, it } from 'vitest';
import type { BatchResult } from '../src/batches.js';
import { LeaseError } from '../src/lease-error.js';
import type { Limits } from '../src/rpc/lease-channel.js';
import { waitOut } from '../src/wait-out.js';
import { VirtualTime } from './support/virtual-time.js';

type Result = BatchResult<{ readonly taken: string }>;

const collected = (retryAfterMs: number): Result => ({
  ok: false,
  error: new LeaseError({ code: 'ABORTED', reason: 'OBJECT_BEING_COLLECTED', message: 'x', retryAfterMs }),
});
const owned: Result = {
  ok: false,
  error: new LeaseError({ code: 'FAILED_PRECONDITION', reason: 'CLEANUP_OWNED', message: 'x' }),
};
const unavailable = new LeaseError({ code: 'UNAVAILABLE', message: 'nobody' });

/** A batch of letters at a server that answers each in its own way, in virtual time. */
function batchOf(letters: string, answer: (letter: string, atMs: number) => Result | LeaseError) {
  const time = new VirtualTime();
  const startMs = time.clock.monotonicMs();
  const sent: string[] = [];
  const aborter = new AbortController();
  const send = (messages: readonly string[], { timeoutMs }: Limits): Promise<readonly Result[]> => {
    const atMs = time.clock.monotonicMs() - startMs;
    sent.push(messages.join(''));
    expect(atMs + timeoutMs, 'one deadline for all').toBe(5_000);
    const answers = messages.map((letter) => answer(letter, atMs));
    const failure = answers.find((each) => each instanceof LeaseError);
    return failure ? Promise.reject(failure) : Promise.resolve(answers as Result[]);
  };
  const limits = { timeoutMs: 5_000, signal: aborter.signal };
  // Without chance: the pauses are those that the server asks for.
  const runtime = { clock: time.clock, sleep: time.sleep, random: { ...time.random, next: () => 0 } };
  return { time, sent, aborter, results: waitOut(letters.split(''), send, runtime, limits) };
}

const taken = (letter: string): Result => ({ ok: true, taken: letter });

it('sends a batch once if nothing in it passes by itself', async () => {
  const { results, sent } = batchOf('abc', (letter) => (letter === 'b' ? owned : taken(letter)));
  await expect(results).resolves.toEqual([taken('a'), owned, taken('c')]);
  expect(sent).toEqual(['abc']);
});

it('sends again what is being collected, and nothing else, each answer in its place', async () => {
  const { results, sent, time } = batchOf('abcd', (letter, atMs) => {
    if (letter === 'a') return owned;
    if (letter === 'b') return atMs < 600 ? collected(300) : taken(letter);
    if (letter === 'd') return atMs < 300 ? collected(900) : taken(letter);
    return taken(letter);
  });
  await time.advance(5_000);
  await expect(results).resolves.toEqual([owned, taken('b'), taken('c'), taken('d')]);
  expect(sent, 'nobody waits for the element that asked for the longest pause').toEqual(['abcd', 'bd', 'b']);
});

it('gives up when the time is up, with the refusal', async () => {
  const { results, sent, time } = batchOf('ab', (letter) =>
    letter === 'a' ? taken(letter) : collected(1_000),
  );
  await time.advance(5_000);
  await expect(results).resolves.toEqual([taken('a'), collected(1_000)]);
  expect(sent).toEqual(['ab', 'b', 'b', 'b', 'b']);
});

it('says of an element that was sent again in vain that nobody answered', async () => {
  const { results, time } = batchOf('ab', (letter, atMs) => {
    if (atMs > 0) return unavailable;
    return letter === 'a' ? taken(letter) : collected(100);
  });
  await time.advance(5_000);
  await expect(results).resolves.toEqual([taken('a'), { ok: false, error: unavailable }]);
});

it('rejects if the first call fails, and when the caller gives up', async () => {
  await expect(batchOf('a', () => unavailable).results).rejects.toBe(unavailable);
  const waiting = batchOf('a', () => collected(1_000));
  const rejected = expect(waiting.results).rejects.toThrow('enough');
  await waiting.time.advance(500);
  waiting.aborter.abort(new Error('enough'));
  await rejected;
});
