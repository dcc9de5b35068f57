import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../packages/storage-postgres/src/connection/open-database.js';
import { eventually, startChild } from '../../helpers/index.js';
import { sqlClient, startPostgres, type RunningPostgres } from '../../helpers/postgres/index.js';
import type { Tally } from './caller.js';
import { LossyLink } from './lossy-link.js';

/** Sessions to terminate under load; 1,000 before a release. */
const TERMINATIONS = Number(process.env['LEASE_TEST_TERMINATIONS'] ?? 50);
const STOPS = 3;
const CALL_TIMEOUT_MS = 2_000;
/** For a timer to be heard on a busy machine. */
const SLACK_MS = 1_000;

const script = fileURLToPath(new URL('./caller.ts', import.meta.url));

async function startCaller(postgres: RunningPostgres) {
  const child = startChild({
    name: 'caller',
    args: ['--import', 'tsx', script, postgres.url, String(CALL_TIMEOUT_MS)],
  });
  await child.ready();
  return {
    child,
    /** Ends it, and returns what it has to tell. */
    async tally(): Promise<Tally> {
      let tally: Tally | undefined;
      child.onLine((line) => {
        if (line.startsWith('{"msg":"tally"')) tally = JSON.parse(line) as Tally;
      });
      child.say('end');
      expect(await child.exit, child.output).toEqual({ code: 0, signal: null });
      if (!tally) throw new Error(`no tally: ${child.output}`);
      return tally;
    },
  };
}

function open(url: string) {
  const database = openDatabase({ url, maxConnections: 4, callTimeoutMs: CALL_TIMEOUT_MS });
  onTestFinished(() => database.close());
  return database;
}

async function terminateOne(admin: ReturnType<typeof sqlClient>): Promise<number> {
  const [row] = await admin<[{ terminated: number }]>`
    select count(pg_terminate_backend(pid))::integer as terminated from
      (select pid from pg_stat_activity where application_name = 'lease' order by random() limit 1) victim`;
  return row.terminated;
}

describe('the process', () => {
  it(`F5: survives ${TERMINATIONS} terminated sessions under load, and loses no connection for good`, async () => {
    await using postgres = await startPostgres();
    const caller = await startCaller(postgres);
    const admin = sqlClient(postgres.url, { max: 1 });
    let terminated = 0;
    while (terminated < TERMINATIONS) {
      terminated += await terminateOne(admin);
      expect(caller.child.running, caller.child.output).toBe(true);
      await delay(5);
    }
    const { answered, failed, ...rest } = await caller.tally();
    expect(rest).toMatchObject({ odd: [], usable: { rpc: 8, sweep: 2 } });
    expect(rest.longestMs).toBeLessThan(CALL_TIMEOUT_MS + SLACK_MS);
    // Each session carried one call at most.
    expect(failed).toBeLessThanOrEqual(terminated);
    expect(answered).toBeGreaterThan(terminated);
    await admin.end();
  }, 120_000);

  it(`F3: survives ${STOPS} immediate stops of the server, and heals`, async () => {
    await using postgres = await startPostgres();
    const caller = await startCaller(postgres);
    for (let stop = 1; stop <= STOPS; stop += 1) {
      await postgres.stop('immediate');
      await delay(200);
      await postgres.start();
      const admin = sqlClient(postgres.url, { max: 1 });
      await eventually(async () => {
        const sessions = await admin`select from pg_stat_activity where application_name = 'lease'`;
        expect(sessions).toHaveLength(10);
      });
      await admin.end();
    }
    const { answered, failed, ...rest } = await caller.tally();
    expect(rest).toMatchObject({ odd: [], usable: { rpc: 8, sweep: 2 } });
    expect(Math.min(answered, failed)).toBeGreaterThan(0);
  }, 120_000);
});

describe('a database', () => {
  it('F4: gives calls up at their deadline while the server is stopped for 5 s, and goes on afterwards', async () => {
    await using postgres = await startPostgres();
    const database = open(postgres.url);
    await Promise.all([1, 2, 3].map(() => database.call('rpc', 'select pg_sleep(0.05)')));
    postgres.pause();
    const endMs = performance.now() + 5_000;
    while (performance.now() < endMs) {
      const startMs = performance.now();
      const calls = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => database.call(n % 4 === 0 ? 'sweep' : 'rpc', 'select 1')),
      );
      for (const call of calls) {
        expect(call).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailableError' } });
      }
      expect(performance.now() - startMs).toBeLessThan(CALL_TIMEOUT_MS + SLACK_MS);
    }
    postgres.resume();
    await eventually(() => database.call('rpc', 'select 1'), { deadlineMs: 3_000 });
    await eventually(() => database.call('sweep', 'select 1'), { deadlineMs: 3_000 });
  });

  it('F6: the same when the network swallows everything, while others go on', async () => {
    await using postgres = await startPostgres();
    await using link = await LossyLink.to(postgres.port);
    const cutOff = open(postgres.url.replace(`:${postgres.port}`, `:${link.port}`));
    const other = open(postgres.url);
    await Promise.all([1, 2].map(() => cutOff.call('rpc', 'select pg_sleep(0.05)')));
    link.swallow();
    const startMs = performance.now();
    // More than there are connections: some wait in line, some find one that was open, some open one.
    const calls = Promise.allSettled(Array.from({ length: 8 }, () => cutOff.call('rpc', 'select 1')));
    await expect(other.call('rpc', 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    for (const call of await calls) {
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailableError' } });
    }
    expect(performance.now() - startMs).toBeLessThan(CALL_TIMEOUT_MS + SLACK_MS);
    link.heal();
    await eventually(() => cutOff.call('rpc', 'select 1'), { deadlineMs: 3_000 });
  });

  it('L5: notices that idle connections went with the server: the first call after its restart succeeds', async () => {
    await using postgres = await startPostgres();
    const database = open(postgres.url);
    await Promise.all([1, 2, 3].map(() => database.call('rpc', 'select pg_sleep(0.05)')));
    await postgres.restart('fast');
    await expect(database.call('rpc', 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('leaves a server that became read-only, as after a failover', async () => {
    await using postgres = await startPostgres();
    const database = open(postgres.url);
    const admin = sqlClient(postgres.url);
    await admin`create table item (id integer)`;
    const insert = () =>
      database.call<{ pid: number }>(
        'rpc',
        'insert into public.item values (1) returning pg_backend_pid() as pid',
      );
    const [before] = await insert();
    await admin`alter system set default_transaction_read_only = on`;
    await admin`select pg_reload_conf()`;
    await eventually(async () => {
      await expect(insert()).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        cause: { code: '25006' },
      });
    });
    await admin`alter system reset default_transaction_read_only`;
    await admin`select pg_reload_conf()`;
    const [after] = await eventually(insert);
    expect(after?.pid).not.toBe(before?.pid);
    await admin.end();
  });
});
