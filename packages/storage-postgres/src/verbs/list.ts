import { type Instant, type LeasePage, type ListLeases, objectKey } from '@lease/core';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Database, SqlValue } from '../connection/database.js';
import { type LeaseRow, readLease } from '../lease-row.js';
import { type LeaseTable, tablesOf } from '../schema.js';

/** At most so many leases are looked at for one page, so that a filter that matches little reads no whole index. */
const MAX_VISITS = 1_000;

const dialect = new PgDialect();

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const LAST_HASH = '9223372036854775807';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** A row of the page; without one, what is true of the page as a whole. */
interface Row {
  readonly now: Instant;
  readonly lease: LeaseRow | null;
  /** Where the lease stands. */
  readonly position: string | null;
  /** Where the last lease that may be looked at stands, if there are more. */
  readonly edge: string | null;
}

/** See `LeaseStore.list`. */
export async function list(database: Database, query: ListLeases): Promise<LeasePage> {
  const { schema } = database;
  const { lease } = tablesOf(schema);
  const { order, index, rest } = scanOf(lease, query);
  const after = order.after(query.cursor);
  // Without a rest every lease that is read is listed: then the limit alone bounds the page.
  const edge =
    rest.length === 0
      ? sql`select null::text as position where false`
      : sql`select ${order.position} as position from ${lease} where ${and(sql`true`, ...index, after)}
          order by ${order.by} offset ${MAX_VISITS - 1} limit 1`;
  const text = sql`
    with edge as materialized (${edge}), page as materialized (
      select ${sql.raw(schema)}.lease_row(lease) as lease, ${order.position} as position from ${lease}
      where ${and(...index, after, order.upTo(sql`(select position from edge)`), ...rest)}
      order by ${order.by} limit ${query.limit}
    )
    select ${sql.raw(schema)}.lease_now() as now, page.lease, page.position, (select position from edge) as edge
    from (select) one left join page on true`;
  const { sql: statement, params } = dialect.sqlToQuery(text);
  const rows = await database.call<Row>('rpc', statement, params as SqlValue[]);
  const listed = rows.flatMap((row) => (row.lease === null ? [] : [readLease(row.lease)]));
  const [first] = rows;
  if (first === undefined) throw new Error('list was not answered');
  const nextCursor = listed.length === query.limit ? rows.at(-1)?.position : first.edge;
  return { leases: listed, ...(typeof nextCursor === 'string' && { nextCursor }), now: first.now };
}

/** The order in which an index yields leases, and positions in it. */
interface Order {
  readonly by: SQL;
  /** Where a lease stands, as text. */
  readonly position: SQL;
  /** Behind a position that was handed out; from the beginning if it was not. */
  after(cursor: string | undefined): SQL | undefined;
  /** Up to a position, or to the end if that is null. */
  upTo(position: SQL): SQL;
}

/** Which index is read, what it finds, and what remains to be told lease by lease. */
function scanOf(lease: LeaseTable, { serviceId, objectType, objectId, state }: ListLeases) {
  const index: SQL[] = [];
  const rest: SQL[] = [];
  if (state !== undefined) rest.push(eq(lease.state, state));
  const type = sql`split_part(${lease.objectKey}, '/', 1)`;
  const byObject = objectType !== undefined && (objectId !== undefined || serviceId === undefined);
  if (objectType !== undefined) (byObject ? index : rest).push(sql`${type} = ${objectType}::text`);
  if (serviceId !== undefined) (byObject ? rest : index).push(eq(lease.serviceId, serviceId));
  if (byObject && objectId !== undefined) {
    const key = objectKey({ type: objectType, id: objectId });
    index.push(sql`hashtextextended(${lease.objectKey}, 0) = hashtextextended(${key}::text, 0)`);
    index.push(eq(lease.objectKey, key));
  }
  return { order: byObject ? byHash(lease) : byId(lease), index, rest };
}

function byId({ leaseId }: LeaseTable): Order {
  const pattern = new RegExp(`^${UUID}$`);
  return {
    by: sql`${leaseId}`,
    position: sql`${leaseId}::text`,
    after: (cursor = '') => (pattern.test(cursor) ? sql`${leaseId} > ${cursor}::uuid` : undefined),
    upTo: (position) => sql`${leaseId} <= coalesce(${position}, ${sql.raw(`'${LAST_ID}'`)})::uuid`,
  };
}

/** Leases on one object stand together, the objects in no order that means anything. */
function byHash({ leaseId, objectKey }: LeaseTable): Order {
  const pattern = new RegExp(`^(-?\\d{1,19})/(${UUID})$`);
  const hash = sql`hashtextextended(${objectKey}, 0)`;
  return {
    by: sql`${hash}, ${leaseId}`,
    position: sql`${hash} || '/' || ${leaseId}`,
    after: (cursor = '') => {
      const [, afterHash, afterId] = pattern.exec(cursor) ?? [];
      // Digits enough for a forged one that is no bigint, over which PostgreSQL would fail.
      if (afterHash === undefined || !isBigint(BigInt(afterHash))) return undefined;
      return sql`(${hash}, ${leaseId}) > (${afterHash}::bigint, ${afterId}::uuid)`;
    },
    upTo: (position) => {
      const end = sql`coalesce(${position}, ${sql.raw(`'${LAST_HASH}/${LAST_ID}'`)})`;
      return sql`(${hash}, ${leaseId}) <= (split_part(${end}, '/', 1)::bigint, split_part(${end}, '/', 2)::uuid)`;
    },
  };
}

function isBigint(n: bigint): boolean {
  return BigInt.asIntN(64, n) === n;
}
