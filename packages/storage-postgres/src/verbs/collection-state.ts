import type { CollectionState, Instant, Pause } from '@lease/core';
import type { Database } from '../connection/database.js';

interface Row {
  readonly now: Instant;
  readonly lastSweep: Instant | null;
  readonly gapUntil: Instant | null;
  readonly brakeUntil: Instant | null;
  readonly operatorUntil: Instant | null;
  readonly operatorNote: string | null;
}

/** See `LeaseStore.collectionState`. */
export async function collectionState(database: Database): Promise<CollectionState> {
  const { schema } = database;
  const [row] = await database.call<Row>(
    'rpc',
    `select ${schema}.lease_now() as now, last_sweep as "lastSweep", gap_until as "gapUntil", brake_until as "brakeUntil",
      operator_until as "operatorUntil", operator_note as "operatorNote" from ${schema}.control`,
  );
  if (row === undefined) throw new Error('the control row is gone');
  const { now, lastSweep, gapUntil, brakeUntil, operatorUntil, operatorNote } = row;
  const pauses: Pause[] = [];
  if (gapUntil !== null && now < gapUntil) pauses.push({ reason: 'GAP', until: gapUntil });
  if (brakeUntil !== null && now < brakeUntil) pauses.push({ reason: 'BRAKE', until: brakeUntil });
  if (operatorUntil !== null && now < operatorUntil) {
    pauses.push({ reason: 'OPERATOR', until: operatorUntil, note: operatorNote ?? '' });
  }
  return { pauses, ...(lastSweep !== null && { lastSweepTime: lastSweep }), now };
}
