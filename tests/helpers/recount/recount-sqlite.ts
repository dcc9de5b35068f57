import Libsql from 'libsql';
import { countsQuery, type Dialect, differences } from './counts-query.js';

const DIALECT: Dialect = {
  table: (name) => name,
  finishedState: "json_extract(cleanup, '$.state')",
  countedOfService: 's.active',
};

/** What the totals of a file tell and its tables do not show. Its server has to have ended. */
export function recountSqlite(file: string): readonly string[] {
  const database = new Libsql(file, { readonly: true });
  try {
    const { control } = database.prepare('select control from control').get() as { readonly control: string };
    const { totals } = JSON.parse(control) as { readonly totals: Record<string, number> };
    const { claimed = 0, done = 0, retried = 0, failed = 0, unstarted = 0, lost = 0 } = totals;
    // The total counts all claims that were ever made.
    const inForce = claimed - done - retried - failed - unstarted - lost;
    const query = database.prepare(countsQuery(DIALECT)).raw();
    const names = query.columns().map(({ name }) => name);
    const counted = query.get() as readonly number[];
    return differences(
      { ...totals, inForce },
      Object.fromEntries(names.map((name, at) => [name, counted[at] ?? NaN])),
    );
  } finally {
    database.close();
  }
}
