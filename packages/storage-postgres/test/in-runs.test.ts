import { describe, expect, it } from 'vitest';
import { inRuns } from '../src/in-runs.js';

/** Passes letters on, by their first one, and tells what was called. */
async function runs(letters: readonly string[]) {
  const calls: (readonly string[])[] = [];
  const results = await inRuns(
    letters,
    (letter) => letter.slice(0, 1),
    (run) => {
      calls.push(run);
      return Promise.resolve(run.map((letter) => letter.toUpperCase()));
    },
  );
  return { calls, results };
}

describe('inRuns', () => {
  it('makes one call where no key comes twice, and none for nothing', async () => {
    expect(await runs(['a', 'b', 'c'])).toEqual({ calls: [['a', 'b', 'c']], results: ['A', 'B', 'C'] });
    expect(await runs([])).toEqual({ calls: [], results: [] });
  });

  it('ends a run before a key comes again, and answers in order', async () => {
    const { calls, results } = await runs(['a1', 'b1', 'a2', 'c1', 'a3', 'a4']);
    expect(calls).toEqual([['a1', 'b1'], ['a2', 'c1'], ['a3'], ['a4']]);
    expect(results).toEqual(['A1', 'B1', 'A2', 'C1', 'A3', 'A4']);
  });

  it('sends nothing after a run that failed', async () => {
    let calls = 0;
    const fault = new Error('the second run');
    const batch = inRuns(
      ['a', 'a', 'a'],
      (letter) => letter,
      () => (++calls === 2 ? Promise.reject(fault) : Promise.resolve(['A'])),
    );
    await expect(batch).rejects.toBe(fault);
    expect(calls).toBe(2);
  });
});
