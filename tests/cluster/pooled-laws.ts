import type { LeaseStore } from '@lease/core';
import {
  durableStoreLaws,
  type LawContext,
  ManualClock,
  runLaw,
  type StoreLaw,
  storeLaws,
  type StoreTime,
} from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { replaceClock, setClock } from '../helpers/postgres/test-clock.js';

/** Where the store is reached, and where the server behind it is, for arranging. */
export interface PooledServer {
  readonly poolerUrl: string;
  readonly serverUrl: string;
}

export interface LawsReport {
  readonly laws: number;
  readonly broken: readonly string[];
}

/** Tries every law of a durable store through the pooler. */
export async function pooledLaws({ poolerUrl, serverUrl }: PooledServer): Promise<LawsReport> {
  const laws: readonly StoreLaw[] = [...storeLaws, ...durableStoreLaws];
  const broken: string[] = [];
  const sql = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  try {
    await (await PostgresStore.open({ url: poolerUrl, schema: SCHEMA })).close();
    await replaceClock(sql, SCHEMA);
    for (const law of laws) {
      try {
        await runLaw(law, () => PooledContext.open(poolerUrl, sql));
      } catch (error) {
        broken.push(`${law.name}: ${String(error)}`);
      }
    }
  } finally {
    await sql.end();
  }
  return { laws: laws.length, broken };
}

const SCHEMA = 'laws';

/** Makes the store as new: to migrate through a pooler takes a second. */
async function empty(sql: postgres.Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = ${SCHEMA} and tablename not in ('migration', 'test_clock')`;
  await sql.unsafe(
    `truncate ${tables.map(({ name }) => name).join(', ')};
     insert into ${SCHEMA}.control default values;
     insert into ${SCHEMA}.total default values;
     select setval(tableoid::regclass, 1, false) from ${SCHEMA}.lease_number`,
  );
}

/** A fresh store on a clock that the law holds. */
class PooledContext implements LawContext {
  store: LeaseStore;
  readonly time: StoreTime;
  readonly #url: string;

  private constructor(url: string, store: LeaseStore, time: StoreTime) {
    this.#url = url;
    this.store = store;
    this.time = time;
  }

  static async open(url: string, sql: postgres.Sql): Promise<PooledContext> {
    await empty(sql);
    let nowMs = new ManualClock().wallMs();
    const advance = async (ms: number) => {
      nowMs += ms;
      await setClock(sql, SCHEMA, nowMs);
    };
    await advance(0);
    // A replica's own clock decides nothing.
    return new PooledContext(url, await openStore(url), { advance, stepWall: () => undefined });
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await openStore(this.#url);
  }

  async close(): Promise<void> {
    await this.store.close();
  }
}

function openStore(url: string): Promise<LeaseStore> {
  return PostgresStore.open({ url, schema: SCHEMA, maxConnections: 6 });
}
