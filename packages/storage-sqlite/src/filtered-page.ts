import type { Page } from '@lease/core/serial-store';

/** Rows read at a time while looking for those that match. */
const STEP = 500;
/** At most so many rows are visited for one page, so that a filter that matches little cannot stall the process. */
const MAX_VISITS = 5_000;

interface FilteredPage<Row, Key> {
  readonly query: { readonly cursor?: string; readonly limit: number };
  /** The key before all keys. */
  readonly start: Key;
  readonly read: (after: Key, limit: number) => readonly Row[];
  readonly keyOf: (row: Row) => Key;
  readonly matches: (row: Row) => boolean;
}

/** A keyset page of the rows that match, in the order of their keys. */
export function filteredPage<Row, Key extends string | number>(page: FilteredPage<Row, Key>): Page<Row> {
  const { query, start, read, keyOf, matches } = page;
  const rows: Row[] = [];
  let after = query.cursor === undefined ? start : (JSON.parse(query.cursor) as Key);
  for (let visits = 0; visits < MAX_VISITS; visits += STEP) {
    const step = read(after, STEP);
    for (const row of step) {
      after = keyOf(row);
      if (matches(row)) rows.push(row);
      if (rows.length === query.limit) return { rows, nextCursor: JSON.stringify(after) };
    }
    if (step.length < STEP) return { rows };
  }
  return { rows, nextCursor: JSON.stringify(after) };
}
