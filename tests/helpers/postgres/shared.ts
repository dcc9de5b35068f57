import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, inject } from 'vitest';
import { RunningPostgres, type PostgresOptions } from './running-postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that a whole run shares; see global-setup.ts. */
    readonly postgresUrl: string;
  }
}

export type ClientOptions = postgres.Options<Record<string, postgres.PostgresType>>;

/** What the test file uses up. */
const servers = new Set<RunningPostgres>();
const schemas = new Set<string>();
const clients = new Set<postgres.Sql>();

/** A PostgreSQL for this test file alone: for faults and for settings. It ends with the file at the latest. */
export async function startPostgres(options?: PostgresOptions): Promise<RunningPostgres> {
  const server = await RunningPostgres.start(options);
  servers.add(server);
  return server;
}

/** The PostgreSQL that all tests of a run share: their own, or that of LEASE_TEST_DATABASE_URL. */
export function sharedPostgres(): { readonly url: string } {
  return { url: inject('postgresUrl') };
}

/** The name of a schema that nobody else uses, on the shared server. What is made there is dropped with the test file. */
export function freshSchema(): { readonly url: string; readonly schema: string } {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  schemas.add(schema);
  return { ...sharedPostgres(), schema };
}

/** A plain client for arranging and looking; ends with the test file. */
export function sqlClient(url: string = sharedPostgres().url, options: ClientOptions = {}): postgres.Sql {
  const client = postgres(url, { onnotice: () => undefined, ...options });
  clients.add(client);
  return client;
}

afterAll(async () => {
  // First, since a session that a failed test left in a transaction would keep its schema from being dropped.
  await Promise.all([...clients].map((client) => client.end({ timeout: 0 })));
  await dropSchemas();
  await Promise.all([...servers].map((server) => server[Symbol.asyncDispose]()));
});

async function dropSchemas(): Promise<void> {
  if (schemas.size === 0) return;
  const sql = postgres(sharedPostgres().url, { max: 1, onnotice: () => undefined });
  for (const schema of schemas) await sql`drop schema if exists ${sql(schema)} cascade`;
  await sql.end();
}
