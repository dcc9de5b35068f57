import type postgres from 'postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import { CountingSession, GROWING_TABLES } from './counting-session.js';
import { fill } from './fill.js';
import { openSchema, type OpenSchema } from './open-schema.js';

/** In one call. */
const BATCH = 50;
const MANY = 20_000;

interface Claimed {
  readonly object_key: string;
  readonly cleanup_id: string;
  readonly fence: string;
}

/** Whom a verb is about. */
interface Targets {
  readonly leases: readonly string[];
  readonly abandoned: readonly string[];
  readonly claimed: readonly Claimed[];
  /** In the names of new objects. */
  readonly prefix: string;
}

type Verb = readonly [
  name: string,
  most: number,
  call: (sql: postgres.Sql, targets: Targets) => Promise<unknown>,
];

const filled = (value: string, type: string) => `array_fill(${value}::${type}, array[${BATCH}])`;

const claim = (sql: postgres.Sql) => sql<Claimed[]>`
  select * from lease_claim_v1('claimant', ${BATCH}, 16, '{}'::text[], 40000, 16, '')`;

const settle = (sql: postgres.Sql, claimed: readonly Claimed[], kind: string) => sql`
  select lease_settle_v1(${claimed.map((row) => row.object_key)}, ${claimed.map((row) => row.cleanup_id)}::uuid[],
    ${claimed.map((row) => row.fence)}::bigint[], ${sql.unsafe(filled(`'${kind}'`, 'attempt_outcome'))},
    ${sql.unsafe(filled(`'answered'`, 'text'))}, ${sql.unsafe(filled('1000', 'bigint'))},
    ${sql.unsafe(filled(`'CLAIM_LOST'`, 'abandon_reason'))}, ${sql.unsafe(filled('1.5', 'float8'))},
    ${sql.unsafe(filled('200', 'int'))}, ${sql.unsafe(filled(`'detail'`, 'text'))})`;

/** So many rows or index entries may be read for each element: locks, changes, guards, answers. */
const VERBS: readonly Verb[] = [
  [
    'create',
    8,
    (sql, { prefix }) => {
      const numbers = Array.from({ length: BATCH }, (_, n) => n + 1);
      return sql`
        select lease_create_v1(${numbers.map(() => crypto.randomUUID())}::uuid[], ${numbers}::int[],
          ${sql.unsafe(filled('1', 'int'))}, ${sql.unsafe(filled(`'hash'`, 'text'))}, ${sql.unsafe(filled('60000', 'bigint'))},
          ${sql.unsafe(filled('null', 'jsonb'))}, ${sql.unsafe(filled('1000000', 'bigint'))},
          ${sql.unsafe(filled('null', 'text'))}, ${sql.unsafe(filled('null', 'text'))}, ${sql.unsafe(filled('null', 'int'))},
          ${sql.unsafe(filled('null', 'jsonb'))}, ${numbers.map((n) => `custom/new-${prefix}${n}`)}, array['service'])`;
    },
  ],
  [
    'renew',
    4,
    (sql, { leases }) => sql`
      select lease_renew_v1(${[...leases]}::uuid[], ${sql.unsafe(filled(`'service'`, 'text'))},
        ${sql.unsafe(filled('null', 'bigint'))})`,
  ],
  [
    'release',
    10,
    (sql, { leases }) => sql`
      select lease_release_v1(${[...leases]}::uuid[], ${sql.unsafe(filled(`'service'`, 'text'))},
        ${sql.unsafe(filled('false', 'boolean'))})`,
  ],
  ['sweep', 12, (sql) => sql`select lease_expire_v1(${BATCH}, 0, 0.25, false)`],
  [
    'claim',
    // And the few by which a claim learns whether there are many.
    16,
    (sql) => claim(sql),
  ],
  [
    'retry',
    10,
    (sql, { abandoned }) => sql`
      select lease_retry_v1(${[...abandoned]}::uuid[], ${sql.unsafe(filled('1000', 'bigint'))})`,
  ],
  [
    'forget',
    10,
    (sql, { abandoned }) => sql`
      select lease_forget_v1(${[...abandoned]}::uuid[], ${sql.unsafe(filled(`'reason'`, 'text'))})`,
  ],
  ['settle', 10, (sql, { claimed }) => settle(sql, claimed, 'DONE')],
  ['settle again', 10, (sql, { claimed }) => settle(sql, claimed, 'RETRY')],
  ['prune', 6, (sql) => sql`select * from lease_prune_v1(3600000, 3600000, ${BATCH}, '')`],
];

/** Nobody analyses them meanwhile: that comes after a minute, and until then a session plans once. */
async function letAlone({ sql }: OpenSchema): Promise<void> {
  for (const table of GROWING_TABLES) await sql`alter table ${sql(table)} set (autovacuum_enabled = off)`;
}

async function grow({ sql }: OpenSchema, objects: number, prefix: string): Promise<Targets> {
  await fill(sql, { objects, endpoints: 10, state: 'HELD', prefix: `held-${prefix}` });
  await fill(sql, { objects, endpoints: 10, state: 'DUE', inMs: -60_000, prefix: `due-${prefix}` });
  await fill(sql, { objects, endpoints: 10, state: 'ABANDONED', inMs: -7_200_000, prefix: `left-${prefix}` });
  const leases = await sql<{ id: string }[]>`
    select lease_id as id from lease where object_key like ${`custom/held-${prefix}%`} limit ${BATCH}`;
  const abandoned = await sql<{ id: string }[]>`
    select cleanup_id as id from object where object_key like ${`custom/left-${prefix}%`} limit ${BATCH}`;
  const claimed = await claim(sql);
  // Where there are too few, the rest is unknown to the tables.
  const unknown = Array.from({ length: BATCH }, (_, n) => ({
    ...{ id: crypto.randomUUID(), object_key: `custom/unknown-${n}`, cleanup_id: crypto.randomUUID() },
    fence: `${n}`,
  }));
  const ids = (rows: readonly { id: string }[]) => [...rows, ...unknown].slice(0, BATCH).map(({ id }) => id);
  return {
    ...{ leases: ids(leases), abandoned: ids(abandoned) },
    // The first row says only where the next claim goes on.
    claimed: [...claimed.slice(1), ...unknown].slice(0, BATCH),
    prefix,
  };
}

const UNKNOWN = 'select';
const ANALYSED = `analyze ${GROWING_TABLES.join()}`;

/** A server that starts with empty tables plans its calls for those, and has the same plans a minute later. */
describe.each([
  ['empty', 0, UNKNOWN, 0],
  ['of 50 rows', 50, UNKNOWN, 0],
  ['of 500 rows', 500, UNKNOWN, 0],
  // Few rows are looked through for each element: those of the call, at worst, never those of the table.
  ['of 5 rows, analysed', 5, ANALYSED, BATCH],
  ['of 500 rows, analysed', 500, ANALYSED, 0],
])('L4: a session that made its plans for tables %s, among %i and 20,000 more', (_, few, learn, extra) => {
  let opened: OpenSchema;
  let session: CountingSession;
  let targets: Targets;

  beforeAll(async () => {
    opened = await openSchema();
    session = new CountingSession(opened);
    await letAlone(opened);
    const early = await grow(opened, few, 'early-');
    await opened.sql.unsafe(learn);
    await opened.sql`update control set last_sweep = lease_now()`;
    for (const [, , call] of VERBS) await session.visits((sql) => call(sql, early));
    targets = await grow(opened, MANY, 'late-');
    return async () => {
      await session[Symbol.asyncDispose]();
      await opened.store.close();
    };
  });

  it.each(VERBS)('a %s reads what it is about, at most %i rows or so for each', async (_, most, call) => {
    await opened.sql`update control set last_sweep = lease_now()`;
    const visited = await session.visits((sql) => call(sql, targets));
    expect(visited).toBeGreaterThan(0);
    expect(visited).toBeLessThanOrEqual((most + extra) * BATCH);
  });
});
