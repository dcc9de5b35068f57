import type { TestProject } from 'vitest/node';
import { RunningPostgres } from './running-postgres.js';

/** Every project of a run asks; the first one starts the server, and the last one to leave ends it. */
const shared = globalThis as unknown as {
  leasePostgres?: { readonly server: Promise<RunningPostgres>; users: number };
};

/** One PostgreSQL for a whole run, or the one that LEASE_TEST_DATABASE_URL names. */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['LEASE_TEST_DATABASE_URL'];
  if (given !== undefined) {
    provide('postgresUrl', given);
    return undefined;
  }
  const mine = (shared.leasePostgres ??= { server: RunningPostgres.start(), users: 0 });
  mine.users += 1;
  const server = await mine.server;
  provide('postgresUrl', server.url);
  return async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    delete shared.leasePostgres;
    await server[Symbol.asyncDispose]();
  };
}
