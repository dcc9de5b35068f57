import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { imbalancesOf } from './balance.js';
import { recountHome } from './home.js';
import { aLease, httpCleanup, RawClient, startMock, startServer, temporaryDirectory } from './index.js';
import { freshSchema, sqlClient } from './postgres/index.js';

/** Two leases, one of them released, and a cleanup: something to miscount. */
async function use(address: string): Promise<void> {
  await using mock = await startMock();
  using client = new RawClient(address);
  const [held, released] = [aLease(), aLease({ cleanup: httpCleanup(mock) })];
  for (const each of [held, released]) await client.call('CreateLease', each);
  await client.call('ReleaseLease', released);
}

describe('S6, S16: a recount', () => {
  it('tells which totals of a sqlite file its tables do not bear out', async () => {
    const dataDir = temporaryDirectory();
    const server = await startServer({ dataDir });
    await use(server.grpc);
    await server.stop();
    const database = new Libsql(join(dataDir, 'lease.db'));
    database.exec("delete from lease where state = 'ACTIVE'");
    database.close();
    expect(await recountHome({ storage: 'sqlite', dataDir })).toEqual([
      'S6, S16: created is 2, the tables show 1',
      'S6, S16: active is 1, the tables show 0',
      'S6, S16: miscountedObjects is 0, the tables show 1',
      'S6, S16: miscountedServices is 0, the tables show 1',
    ]);
    // Nobody stops a server that does not add up without being told.
    const restarted = await startServer({ dataDir });
    await expect(restarted.stop()).rejects.toThrow('S6, S16: created is 2');
  });

  it('tells which totals of a schema its tables do not bear out, while the server runs', async () => {
    const database = freshSchema();
    await using server = await startServer({ storage: 'postgres', database });
    await use(server.grpc);
    const home = { storage: 'postgres', ...database } as const;
    expect(await recountHome(home)).toEqual([]);
    const sql = sqlClient(database.url, { max: 1 });
    await sql`insert into ${sql(database.schema)}.ledger (at, released, kept) values (now(), 3, 1)`;
    expect(await recountHome(home)).toEqual(['S6, S16: released is 4, the tables show 1']);
    await expect(server.stop()).rejects.toThrow('S16: created = active + released + expired: 2 is not 5');
  });

  it('names each sum of GetStats that does not hold', async () => {
    await using server = await startServer({ storage: 'memory' });
    await use(server.grpc);
    using client = new RawClient(server.grpc);
    const { stats } = await client.call('GetStats', {});
    expect(imbalancesOf(stats)).toEqual([]);
    const wrong = { ...stats, cleanups: { ...stats.cleanups, kept: 7, due: stats.cleanups.due + 1 } };
    expect(imbalancesOf(wrong).map((line) => line.split(':')[0])).toEqual(['S6', 'S6']);
  });
});
