import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startChild } from '../../helpers/index.js';
import { freshSchema, sqlClient } from '../../helpers/postgres/index.js';

const ROUNDS = 5;
const script = fileURLToPath(new URL('./migrator.ts', import.meta.url));

/** All that makes a schema, without its name. */
async function describeSchema(schema: string): Promise<unknown> {
  const admin = sqlClient();
  const rows = await admin`
    select 'column' as kind, format('%s.%s %s %s', table_name, column_name, data_type, column_default) as what
      from information_schema.columns where table_schema = ${schema}
    union all select 'index', indexdef from pg_indexes where schemaname = ${schema}
    union all select 'function', pg_get_functiondef(oid) from pg_proc
      where pronamespace = to_regnamespace(${schema}) and prokind <> 'a'
    union all select 'migration', format('%s %s', version, name) from ${admin(schema)}.migration
    order by 1, 2`;
  return rows.map(({ kind, what }) => `${kind} ${String(what).replaceAll(schema, 'schema')}`);
}

it(`F16: three processes migrate an empty database together, ${ROUNDS} times: the same schema each time`, async () => {
  const schemas = Array.from({ length: ROUNDS }, () => freshSchema());
  const descriptions = [];
  for (const { url, schema } of schemas) {
    const children = [1, 2, 3].map((n) =>
      startChild({ name: `migrator ${n}`, args: ['--import', 'tsx', script, url, schema] }),
    );
    await Promise.all(children.map((child) => child.ready()));
    for (const child of children) child.say('go');
    for (const child of children) {
      expect(await child.exit, child.output).toEqual({ code: 0, signal: null });
    }
    descriptions.push(await describeSchema(schema));
  }
  expect(descriptions[0]).not.toEqual([]);
  for (const description of descriptions) expect(description).toEqual(descriptions[0]);
}, 120_000);
