import type { LeaseStore } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import type postgres from 'postgres';
import { freshSchema, sqlClient } from '../../helpers/postgres/index.js';
import { replaceClock, setClock } from '../../helpers/postgres/test-clock.js';
import type { OpenStore, TestTime } from './open-store.js';

/** A schema whose store reads its time from a table: the one place where it reads time is replaced. */
export class ClockedSchema {
  readonly url: string;
  readonly name: string;
  readonly #sql: postgres.Sql;

  private constructor(url: string, name: string, sql: postgres.Sql) {
    this.url = url;
    this.name = name;
    this.#sql = sql;
  }

  static async create(): Promise<ClockedSchema> {
    const { url, schema } = freshSchema();
    await (await PostgresStore.open({ url, schema })).close();
    const sql = sqlClient(url, { max: 1, fetch_types: false });
    const created = new ClockedSchema(url, schema, sql);
    await replaceClock(sql, schema);
    return created;
  }

  async setTime(ms: number): Promise<void> {
    await setClock(this.#sql, this.name, ms);
  }

  /** Makes the store as new. To drop and migrate a schema takes ten times as long. */
  async empty(): Promise<void> {
    const tables = [
      'lease',
      'object',
      'service',
      'service_refund',
      'attempt',
      'finished',
      'ledger',
      'total',
      'control',
    ];
    const all = [...tables, 'loss_step', 'renewal_step'].map((table) => `"${this.name}".${table}`).join(', ');
    await this.#sql.unsafe(
      `truncate ${all};
       insert into "${this.name}".control default values;
       insert into "${this.name}".total default values;
       select setval(tableoid::regclass, 1, false) from "${this.name}".lease_number`,
    );
  }
}

/** Schemas that no test uses just now. */
const idle: ClockedSchema[] = [];

/** The database's clock, which a test holds. A replica's own clock is none of its business (S15). */
class DatabaseTime implements TestTime {
  readonly #schema: ClockedSchema;
  #ms = new ManualClock().wallMs();

  constructor(schema: ClockedSchema) {
    this.#schema = schema;
  }

  wallMs(): number {
    return this.#ms;
  }

  async advance(ms: number): Promise<void> {
    this.#ms += ms;
    await this.#schema.setTime(this.#ms);
  }

  /** Steps the database's clock, either way. */
  step(ms: number): Promise<void> {
    return this.advance(ms);
  }

  /** The wall clock of a replica: nothing of it may be seen. */
  stepWall(): void {}
}

/** A store on a schema of its own, on a clock that the test holds. */
export class PostgresContext implements OpenStore {
  store: LeaseStore;
  time: DatabaseTime;
  readonly #schema: ClockedSchema;

  private constructor(schema: ClockedSchema, time: DatabaseTime, store: LeaseStore) {
    this.#schema = schema;
    this.time = time;
    this.store = store;
  }

  static async open(): Promise<PostgresContext> {
    const schema = idle.pop() ?? (await ClockedSchema.create());
    const time = new DatabaseTime(schema);
    await time.advance(0);
    return new PostgresContext(schema, time, await openStore(schema));
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await openStore(this.#schema);
  }

  /** As if it were opened anew, but on warm connections: a new one plans every statement first, for some 50 ms in all. */
  async renew(): Promise<void> {
    await this.#schema.empty();
    this.time = new DatabaseTime(this.#schema);
    await this.time.advance(0);
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#schema.empty();
    idle.push(this.#schema);
  }
}

function openStore({ url, name }: ClockedSchema): Promise<PostgresStore> {
  return PostgresStore.open({ url, schema: name, maxConnections: 6 });
}
