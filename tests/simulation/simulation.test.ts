import { beforeAll, describe, expect, it } from 'vitest';
import { TRANSITIONS } from './engine/transitions.js';
import { report } from './report.js';
import { type Rounds, rounds } from './rounds.js';

/** The gate runs more of both. */
const SEEDS = Number(process.env['LEASE_SIMULATION_SEEDS'] ?? 100);
const OPERATIONS = Number(process.env['LEASE_SIMULATION_OPERATIONS'] ?? 800);
const TIMEOUT_MS = 120_000 + SEEDS * OPERATIONS;

describe(`${SEEDS} simulated worlds of ${OPERATIONS} operations`, () => {
  let result: Rounds;

  beforeAll(async () => {
    result = await rounds({ firstSeed: 1, seeds: SEEDS, operations: OPERATIONS, replays: 5 });
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
    expect(result.replays).toBeGreaterThanOrEqual(5);
  });

  it('the worlds went through nearly every transition of the state machines', () => {
    const missing = TRANSITIONS.filter((name) => !result.coverage.transitions.has(name));
    // Some are rare: a few hundred operations more or less may miss one.
    expect(missing.length, missing.join(', ')).toBeLessThanOrEqual(2);
    expect([...result.coverage.transitions.keys()].filter((name) => !TRANSITIONS.includes(name))).toEqual([]);
  });

  it.each([
    'crash',
    'crash-at-call',
    'restart',
    'freeze',
    'zombie-granted',
    'zombie-sent',
    'blackout',
    'store-out-before',
    'store-out-after',
    'store-out-silent',
    'partition',
    'wall-step',
    'store-restart',
    'store-clock-leap',
    'client-crash',
    'client-block',
    'client-request-lost',
    'client-reply-lost',
    'client-duplicated',
    'client-late',
    'store-request-lost',
    'store-reply-lost',
    'store-duplicated',
    'store-late',
    'callback-duplicated',
    'callback-request-lost',
    'endpoint-slow',
    'endpoint-failing',
    'endpoint-terminal',
    'endpoint-hanging',
    'endpoint-closing',
    'endpoint-refusing',
    'endpoint-missing',
    'endpoint-lying',
  ])('there was a fault of the kind %s', (kind) => {
    expect(result.coverage.faults.get(kind) ?? 0).toBeGreaterThan(0);
  });
});
