import { expect, it } from 'vitest';
import type { FaultKind } from '../../torture/faults/faults.js';
import { torture } from '../../torture/run.js';

/**
 * What every change has to survive. Claims are lost early, so that they have run out when all is over; the zombies of F7 wait
 * for that anyway.
 */
const KINDS: readonly FaultKind[] = ['F1', 'F1', 'F1', 'F3', 'F5', 'F5', 'F5', 'F7', 'F15', 'F15'];

const OPERATIONS = 12_000;

it(
  'F1, F3, F5, F7, F15: keep every promise under load, by the recorded history',
  { timeout: 300_000 },
  async () => {
    const progress = (line: string) => console.log(line);
    const report = await torture({ seed: 1, seconds: 0, operations: OPERATIONS, kinds: KINDS, progress });
    console.log(`T3: ${JSON.stringify(report)}`);
    expect(report).toMatchObject({ violations: [], illegal: 0, undecided: 0 });
    expect(report.operations).toBeGreaterThanOrEqual(OPERATIONS);
    // The faults hit something: claims were lost, and zombies refused.
    expect(report.lostClaims).toBeGreaterThan(0);
    expect(report.stale).toBeGreaterThanOrEqual(2);
  },
);
