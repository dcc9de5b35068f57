import type { Page } from '@lease/core/serial-store';

/** Rows read at a time while looking for those that match. */
const STEP = 250;
/** At most so many rows are visited for one page, so that a filter that matches little cannot stall the process. */
const MAX_VISITS = 1_000;

interface FilteredPage<Row, Key> {
  readonly query: { readonly cursor?: string; readonly limit: number };
  /** From a cursor, or from the empty one, to the key that the page starts behind. */
  readonly startOf: (cursor: string) => Key;
  readonly read: (after: Key, limit: number) => readonly Row[];
  readonly keyOf: (row: Row) => Key;
  readonly matches: (row: Row) => boolean;
}

/** A keyset page of the rows that match, in the order of their keys. */
export function filteredPage<Row, Key extends string | number>(page: FilteredPage<Row, Key>): Page<Row> {
  const { query, startOf, read, keyOf, matches } = page;
  const rows: Row[] = [];
  let after = startOf(query.cursor ?? '');
  // Where most rows match, the first step is the page.
  let size = query.limit;
  for (let visits = 0; visits < MAX_VISITS; visits += size, size = STEP) {
    const step = read(after, size);
    for (const row of step) {
      after = keyOf(row);
      if (matches(row)) rows.push(row);
      if (rows.length === query.limit) return { rows, nextCursor: String(after) };
    }
    if (step.length < size) return { rows };
  }
  return { rows, nextCursor: String(after) };
}
