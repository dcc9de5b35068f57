import { describe, expect, it } from 'vitest';
import { zombieRounds } from '../../cluster/zombie-rounds.js';
import { startPostgres } from '../../helpers/postgres/index.js';
import type { FaultKind } from '../../torture/faults/faults.js';
import { torture } from '../../torture/run.js';

/** Claims that were lost run out after 33 s: the tests wait for that together, and share the machine. */
const PATIENCE = { timeout: 300_000 };

/** A takeover that is late by so much was not forgotten. How late it may be is measured by gates, on a quiet machine. */
const LATE_MS = 15_000;

/** What every change has to survive: sixty sessions that end, among others. Claims are lost first, to have run out at the end. */
const KINDS: readonly FaultKind[] = ['F1', 'F1', 'F1', 'F3', 'F5', 'F5', 'F5', 'F15', 'F15'];

const OPERATIONS = 12_000;

describe.concurrent('three replicas over one database', () => {
  const database = startPostgres({ durable: true });

  it(
    'F1, F3, F5, F15: keep every promise under load, by the history that was recorded',
    PATIENCE,
    async () => {
      const progress = (line: string) => console.log(`T3: ${line}`);
      const report = await torture({
        ...{ seed: 1, seconds: 0, operations: OPERATIONS, kinds: KINDS, progress },
      });
      console.log(`T3: ${JSON.stringify(report)}`);
      expect(report).toMatchObject({ violations: [], illegal: 0, lostHolds: 0 });
      expect(report.operations).toBeGreaterThanOrEqual(OPERATIONS);
      // The faults hit something.
      expect(report.lostClaims).toBeGreaterThan(0);
    },
  );

  it('F7, S8: refuse what a replica says that slept through the end of its claim', PATIENCE, async () => {
    const report = await zombieRounds({ zombies: 2, seed: 2, postgres: await database, lateMs: LATE_MS });
    expect(report).toMatchObject({ violations: [], refused: 2, reported: 2 });
  });
});
