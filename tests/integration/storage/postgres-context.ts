import type { LeaseStore } from '@lease/core';
import { type ClockedSchema, DatabaseTime } from './clocked-schema.js';
import { numberedStore } from './numbered-store.js';
import type { OpenStore, StoreUnderTest } from './open-store.js';

/** Stores on PostgreSQL, in schemas that are made once and emptied for the next test. */
export class PostgresContexts {
  readonly #newSchema: () => Promise<ClockedSchema>;
  /** Schemas that no test uses just now. */
  readonly #idle: ClockedSchema[] = [];
  /** Kept open from one sequence of the model to the next. */
  readonly #warm: PostgresContext[] = [];

  constructor(newSchema: () => Promise<ClockedSchema>) {
    this.#newSchema = newSchema;
  }

  get store(): StoreUnderTest {
    return {
      name: 'postgres',
      durable: true,
      open: () => this.open(),
      openForModel: () => this.#openForModel(),
    };
  }

  async open(): Promise<PostgresContext> {
    const schema = this.#idle.pop() ?? (await this.#newSchema());
    return PostgresContext.open(schema, () => this.#idle.push(schema));
  }

  async close(): Promise<void> {
    await Promise.all(this.#warm.map((context) => context.close()));
  }

  async #openForModel(): Promise<OpenStore> {
    const context = this.#warm.pop() ?? (await this.open());
    await context.renew();
    const { time } = context;
    const store = numberedStore(
      () => context.store,
      () => time.wallMs(),
    );
    return {
      store,
      time,
      reopen: () => context.reopen(),
      close: () => {
        this.#warm.push(context);
        return Promise.resolve();
      },
    };
  }
}

/** A store on a schema of its own, on a clock that the test holds. */
export class PostgresContext implements OpenStore {
  store: LeaseStore;
  time: DatabaseTime;
  readonly #schema: ClockedSchema;
  readonly #free: () => void;

  private constructor(schema: ClockedSchema, time: DatabaseTime, store: LeaseStore, free: () => void) {
    this.#schema = schema;
    this.time = time;
    this.store = store;
    this.#free = free;
  }

  /** `free`: what happens to the schema once it is empty again. */
  static async open(schema: ClockedSchema, free: () => void): Promise<PostgresContext> {
    const time = new DatabaseTime(schema);
    await time.advance(0);
    return new PostgresContext(schema, time, await schema.openStore(), free);
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
    this.#free();
  }
}
