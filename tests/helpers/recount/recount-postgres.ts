import postgres from 'postgres';
import { type Counts, countsQuery, type Dialect, differences } from './counts-query.js';

/** Columns of `total` and `ledger`, of which the truth is the sum. There `claimed` are the claims in force. */
const TOTALS = [
  ...['created', 'active', 'released', 'expired', 'renewals', 'held', 'open', 'abandoned', 'collected'],
  ...['revived', 'forgotten', 'done', 'retried', 'failed', 'unstarted', 'lost'],
];

function dialect(schema: string): Dialect {
  const table = (name: string) => `"${schema}".${name}`;
  return {
    table,
    finishedState: 'state',
    countedOfService: `s.used - (select coalesce(sum(refund), 0) from ${table('service_refund')} r
      where r.service_id = s.service_id)`,
  };
}

/** Counts the tables of a schema. */
export async function countTables(sql: Pick<postgres.Sql, 'unsafe'>, schema: string): Promise<Counts> {
  const [row = {}] = await sql.unsafe<Record<string, unknown>[]>(countsQuery(dialect(schema)));
  return numbers(row);
}

/** What the totals of a schema tell and its tables do not show. Any moment will do: it is one snapshot. */
export async function recountPostgres(url: string, schema: string): Promise<readonly string[]> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => undefined,
    connection: { application_name: 'recount' },
  });
  try {
    const [told, counted] = await sql.begin('isolation level repeatable read', async (snapshot) => {
      const sum = (name: string, as = name) =>
        `(select ${name} from "${schema}".total) + (select coalesce(sum(${name}), 0) from "${schema}".ledger) as "${as}"`;
      const sums = [...TOTALS.map((name) => sum(name)), sum('claimed', 'inForce')];
      const [row = {}] = await snapshot.unsafe<Record<string, unknown>[]>(`select ${sums.join(', ')}`);
      return [numbers(row), await countTables(snapshot, schema)] as const;
    });
    return differences(told, counted);
  } finally {
    await sql.end();
  }
}

/** PostgreSQL's bigint comes as text. */
function numbers(row: Readonly<Record<string, unknown>>): Counts {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}
