import type { CleanupPage, Instant, ListCleanups } from '@lease/core';
import { type CleanupRow, FINISHED_COLUMNS, PENDING_COLUMNS, readCleanup } from '../cleanup-row.js';
import type { Database } from '../connection/database.js';
import { isUuid } from '../uuid.js';

/** At most so many rows are visited for one page, so that a filter that matches little holds nobody up. */
const MAX_VISITS = 1_000;

/** Sorts before every id. */
const START = '00000000-0000-0000-0000-000000000000';

/** A row of the page, or none, with what is true of the page as a whole. */
type PageRow = (CleanupRow | { readonly cleanup_id: null }) & {
  readonly visits: number;
  readonly last_visited: string | null;
  readonly now: Instant;
};

/** See `LeaseStore.listCleanups`. In the order of the ids. */
export async function listCleanups(database: Database, query: ListCleanups): Promise<CleanupPage> {
  const { serviceId, objectType, endpoint, abandonReason, limit } = query;
  const filter = [serviceId, objectType, endpoint, abandonReason, filteredState(query.state)];
  const visits = filter.every((wanted) => wanted === undefined) ? limit : Math.max(limit, MAX_VISITS);
  // A cursor that is no id was forged: it shows what no cursor shows.
  const after = query.cursor !== undefined && isUuid(query.cursor) ? query.cursor : START;
  const rows = await database.call<PageRow>(
    'rpc',
    `with visited as materialized (
       select ${rowsOf(database, query.state)} and cleanup_id > $1::uuid order by cleanup_id limit $2::integer
     ), page as (
       select * from visited
       where ($4::text is null or service_id = $4) and ($5::text is null or starts_with(object_key, $5 || '/'))
         and ($6::text is null or endpoint = $6) and ($7::text is null or abandon_reason = $7)
         and ($8::text is null or state = $8)
       order by cleanup_id limit $3::integer
     )
     select page.*, whole.* from (
       select (select count(*) from visited) as visits,
         (select cleanup_id from visited order by cleanup_id desc limit 1) as last_visited,
         ${database.schema}.lease_now() as now
     ) whole left join page on true order by page.cleanup_id`,
    [after, visits, limit, ...filter.map((wanted) => wanted ?? null)],
  );
  const [first] = rows;
  if (first === undefined) throw new Error('a listing without its first row');
  const cleanups = rows.flatMap((row) => (row.cleanup_id === null ? [] : [readCleanup(row)]));
  const nextCursor =
    cleanups.length === limit
      ? cleanups.at(-1)?.cleanupId
      : first.visits === visits
        ? (first.last_visited ?? undefined)
        : undefined;
  return { cleanups, ...(nextCursor !== undefined && { nextCursor }), now: first.now };
}

/** `DUE` and `CLAIMED` are looked for among the pending; every other state has an index of its own. */
function filteredState(state: ListCleanups['state']): 'DUE' | 'CLAIMED' | undefined {
  return state === 'DUE' || state === 'CLAIMED' ? state : undefined;
}

/** Columns, table and state: as literals, or the planner could not know that an index has just those rows. */
function rowsOf({ schema }: Database, state: ListCleanups['state']): string {
  switch (state) {
    case undefined:
    case 'DUE':
    case 'CLAIMED':
      return `${PENDING_COLUMNS} from ${schema}.object where cleanup_id is not null`;
    case 'ABANDONED':
      return `${PENDING_COLUMNS} from ${schema}.object where state = 'ABANDONED'`;
    case 'COLLECTED':
    case 'REVIVED':
    case 'FORGOTTEN':
      return `${FINISHED_COLUMNS} from ${schema}.finished where state = '${state}'`;
  }
}
