import { beforeEach, describe, expect, test } from 'vitest';
import { Collector } from '../../src/index.js';
import { ManualClock, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { claimOf, ScriptedStore } from './scripted-store.js';

const CLAIM = claimOf(1, { retry: { attemptTimeoutMs: 30_000 } });

let clock: ManualClock;
let scripted: ScriptedStore;
let answerMs: number;

/** The shortest claims there are, of a cleanup with the longest timeout there is, by a store that answers after `answerMs`. */
beforeEach(() => {
  clock = new ManualClock();
  scripted = new ScriptedStore();
  scripted.due = [CLAIM];
  scripted.onClaim = async (command) => {
    const claims = scripted.takeDue(command);
    await new Promise<void>((resolve) => clock.schedule(answerMs, resolve));
    return claims;
  };
  // What is given back is due at once.
  scripted.onSettle = (outcomes) => {
    for (const { kind } of outcomes) if (kind === 'unstarted') scripted.due.push(CLAIM);
    return outcomes.map(() => 'settled');
  };
  const executors = { http: recordingExecutor() };
  new Collector({
    ...{ store: scripted.store, executors, clock, random: seededRandom(1), claimMs: 33_000 },
  }).start();
});

const kinds = () => scripted.outcomes.map(({ kind }) => kind);

describe('a claim that takes long to be answered', () => {
  test('has a second for it', async () => {
    answerMs = 1_000;
    await clock.advance(3_000);
    expect(kinds()).toEqual(['done']);
  });

  test('and is given back is not followed by another at once; L5: nor by one that comes after 10 s', async () => {
    answerMs = 1_001;
    await clock.advance(60_000);
    expect(new Set(kinds())).toEqual(new Set(['unstarted']));
    expect(kinds().length).toBeLessThanOrEqual(10);
    answerMs = 5;
    await clock.advance(10_000);
    expect(kinds().at(-1)).toBe('done');
  });
});
