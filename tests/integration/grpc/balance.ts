import { expect } from 'vitest';
import { imbalancesOf } from '../../helpers/balance.js';
import type { RawStats } from '../../helpers/index.js';

/** What holds of the totals of a store at rest, whatever happened (S6, S16). */
export function expectBalance({ stats }: Pick<RawStats, 'stats'>): void {
  expect(imbalancesOf(stats)).toEqual([]);
}
