import { ManualClock } from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import type postgres from 'postgres';
import { replaceClock, setClock } from '../../helpers/postgres/test-clock.js';
import type { TestTime } from './open-store.js';

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

  /** Makes the schema. `sql`: a client of one connection, the caller's to end. */
  static async create(url: string, schema: string, sql: postgres.Sql): Promise<ClockedSchema> {
    await (await PostgresStore.open({ url, schema })).close();
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

  openStore(): Promise<PostgresStore> {
    return PostgresStore.open({ url: this.url, schema: this.name, maxConnections: 6 });
  }
}

/** The database's clock, which a test holds. A replica's own clock is none of its business (S15). */
export class DatabaseTime implements TestTime {
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
