import { describe, expect, it } from 'vitest';
import { aLease, eventually, RawClient, startServer, throughout } from '../../helpers/index.js';
import { freshSchema, sqlClient, startPostgres } from '../../helpers/postgres/index.js';
import { figure, firing, logged, untilClear, untilFiring } from './alerts.js';

const PATIENCE = { timeout: 120_000 };

const leases = (count: number) => Array.from({ length: count }, () => aLease());

describe.concurrent('alerts about a database', () => {
  it(
    'it is stopped: the store is away, and creates fail; it is back, and they are over',
    PATIENCE,
    async () => {
      await using database = await startPostgres();
      await using server = await startServer({
        storage: 'postgres',
        database: { url: database.url, schema: 'lease' },
      });
      using client = new RawClient(server.grpc);
      await client.call('CreateLease', aLease());
      await database.stop();
      const failed = await Promise.allSettled(leases(8).map((lease) => client.call('CreateLease', lease)));
      expect(failed.map(({ status }) => status)).toEqual(Array(8).fill('rejected'));
      await untilFiring(server, 'LeaseStoreUnavailable');
      await untilFiring(server, 'LeaseCreatesFailing');

      await database.start();
      await untilClear(server, 'LeaseStoreUnavailable');
      // One in twenty may fail: now there are more that do not.
      for (let round = 0; round < 10; round += 1) {
        await eventually(() => Promise.all(leases(20).map((lease) => client.call('CreateLease', lease))));
      }
      await untilClear(server, 'LeaseCreatesFailing');
      expect(logged(server, 'LeaseStoreUnavailable')).toEqual(['firing', 'resolved']);
    },
  );

  it('it hangs: calls wait for a connection', PATIENCE, async () => {
    await using database = await startPostgres();
    await using server = await startServer({
      storage: 'postgres',
      database: { url: database.url, schema: 'lease' },
      flags: ['--database-connections', '4'],
    });
    using client = new RawClient(server.grpc);
    const { lease_id } = aLease();
    let hangs = true;
    const callers = Array.from({ length: 12 }, async () => {
      while (hangs) await client.call('GetLease', { lease_id }, 6_000).catch(() => undefined);
    });
    database.pause();
    await untilFiring(server, 'LeaseDatabaseConnectionsUsed');
    expect(await figure(server, 'lease_database_connections_used')).toBeGreaterThanOrEqual(2);
    await untilFiring(server, 'LeaseStoreUnavailable');
    database.resume();
    hangs = false;
    await Promise.all(callers);
    await untilClear(server, 'LeaseDatabaseConnectionsUsed');
    await untilClear(server, 'LeaseStoreUnavailable');
  });

  it('a session sits on the control row: nobody sweeps, though all are there', PATIENCE, async () => {
    const database = freshSchema();
    await using server = await startServer({ storage: 'postgres', database });
    const sql = sqlClient(database.url, { max: 1 });
    const session = await sql.reserve();
    await session`begin`;
    await session`select from ${session(database.schema)}.control for update`;
    await untilFiring(server, 'LeaseSweeperStalled');
    expect(await firing(server)).not.toContain('LeaseStoreUnavailable');
    await session`rollback`;
    session.release();
    await untilClear(server, 'LeaseSweeperStalled');
  });

  it('a pause by an operator is in force, and is over', PATIENCE, async () => {
    const database = freshSchema();
    await using server = await startServer({ storage: 'postgres', database });
    const sql = sqlClient(database.url, { max: 1 });
    const schema = sql(database.schema);
    await sql`select ${schema}.lease_pause_v1(60000, 'maintenance')`;
    await untilFiring(server, 'LeasePauseActive');
    await sql`select ${schema}.lease_resume_v1()`;
    await untilClear(server, 'LeasePauseActive');
  });

  it('it kept a server waiting at its start; the next start is quick', PATIENCE, async () => {
    const database = freshSchema();
    const sql = sqlClient(database.url, { max: 1 });
    const session = await sql.reserve();
    await session`select pg_advisory_lock(hashtextextended(${`lease/${database.schema}`}, 0))`;
    const starting = startServer({ storage: 'postgres', database });
    let ready = false;
    void starting.then(() => (ready = true));
    await throughout(5_500, () => {
      expect(ready).toBe(false);
    });
    await session`select pg_advisory_unlock(hashtextextended(${`lease/${database.schema}`}, 0))`;
    session.release();
    await using server = await starting;
    const { value = 0 } = await untilFiring(server, 'LeaseSlowStart');
    expect(value).toBeGreaterThan(5);
    const slow = await figure(server, 'lease_start_duration_seconds');
    await server.restart();
    expect(await figure(server, 'lease_start_duration_seconds')).toBeLessThan(slow);
    expect(await firing(server)).not.toContain('LeaseSlowStart');
  });
});
