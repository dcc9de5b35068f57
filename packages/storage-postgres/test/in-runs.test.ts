import { describe, expect, it } from 'vitest';
import { inRounds, inRuns } from '../src/in-runs.js';

/** Passes letters on, by their first one, and tells what was called. */
async function passed(inCalls: typeof inRuns, letters: readonly string[]) {
  const calls: (readonly string[])[] = [];
  const results = await inCalls(
    letters,
    (letter) => letter.slice(0, 1),
    (run) => {
      calls.push(run);
      return Promise.resolve(run.map((letter) => letter.toUpperCase()));
    },
  );
  return { calls, results };
}

describe.each([
  ['inRuns', inRuns],
  ['inRounds', inRounds],
])('%s', (_, inCalls) => {
  it('makes one call where no key comes twice, and none for nothing', async () => {
    expect(await passed(inCalls, ['a', 'b', 'c'])).toEqual({
      calls: [['a', 'b', 'c']],
      results: ['A', 'B', 'C'],
    });
    expect(await passed(inCalls, [])).toEqual({ calls: [], results: [] });
  });

  it('sends nothing after a run that failed', async () => {
    let calls = 0;
    const fault = new Error('the second run');
    const batch = inCalls(
      ['a', 'a', 'a'],
      (letter) => letter,
      () => (++calls === 2 ? Promise.reject(fault) : Promise.resolve(['A'])),
    );
    await expect(batch).rejects.toBe(fault);
    expect(calls).toBe(2);
  });
});

describe('inRuns', () => {
  it('ends a run before a key comes again, and answers in order', async () => {
    const { calls, results } = await passed(inRuns, ['a1', 'b1', 'a2', 'c1', 'a3', 'a4']);
    expect(calls).toEqual([['a1', 'b1'], ['a2', 'c1'], ['a3'], ['a4']]);
    expect(results).toEqual(['A1', 'B1', 'A2', 'C1', 'A3', 'A4']);
  });
});

describe('inRounds', () => {
  it('takes the first naming of every key, then the second ones, and answers in the order of the batch', async () => {
    const { calls, results } = await passed(inRounds, ['a1', 'a2', 'b1', 'b2', 'c1', 'a3', 'c2']);
    expect(calls).toEqual([['a1', 'b1', 'c1'], ['a2', 'b2', 'c2'], ['a3']]);
    expect(results).toEqual(['A1', 'A2', 'B1', 'B2', 'C1', 'A3', 'C2']);
  });
});
