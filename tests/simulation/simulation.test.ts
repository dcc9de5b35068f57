import { beforeAll, describe, expect, it } from 'vitest';
import { covered } from './pairs/pairs.js';
import { report } from './report.js';
import { type Rounds, rounds } from './rounds.js';

const SEEDS = 300;
const OPERATIONS = 2_000;
const REPLAYS = 10;
const TIMEOUT_MS = 600_000;

describe(`${SEEDS} simulated worlds of ${OPERATIONS} operations`, () => {
  let result: Rounds;

  beforeAll(async () => {
    result = await rounds({ firstSeed: 1, seeds: SEEDS, operations: OPERATIONS, replays: REPLAYS });
  }, TIMEOUT_MS);

  it(
    'S1 S2 S3 S4 S6 S7 S8 S9 S10 S12 S14 S15 S16 L1 L2 L3: every promise is kept under crashes, pauses, partitions, lost, late and repeated messages, clock steps, outages and bad endpoints',
    async () => {
      const { failure } = result;
      expect(failure && (await report(failure.plan, failure.violation))).toBeUndefined();
      expect(result.seeds).toBe(SEEDS);
      expect(result.operations).toBe(SEEDS * OPERATIONS);
    },
    TIMEOUT_MS,
  );

  it('worlds that ran twice had equal traces', () => {
    expect(result.replays).toBe(REPLAYS);
  });

  it('every state met every event, with everything that may come of it, and there was every fault', () => {
    expect(covered(result.coverage).missing).toEqual([]);
  });
});
