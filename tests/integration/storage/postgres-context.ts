import type { LeaseStore } from '@lease/core';
import { freshSchema, sqlClient } from '../../helpers/postgres/index.js';
import { ClockedSchema, DatabaseTime } from './clocked-schema.js';
import type { OpenStore } from './open-store.js';

/** Schemas that no test uses just now. */
const idle: ClockedSchema[] = [];

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
    const schema = idle.pop() ?? (await newSchema());
    const time = new DatabaseTime(schema);
    await time.advance(0);
    return new PostgresContext(schema, time, await schema.openStore());
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = await this.#schema.openStore();
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

function newSchema(): Promise<ClockedSchema> {
  const { url, schema } = freshSchema();
  return ClockedSchema.create(url, schema, sqlClient(url, { max: 1, fetch_types: false }));
}
