import type { LeaseStore } from '@lease/core';
import postgres from 'postgres';
import { clear, installGates } from './gates.js';
import type { RaceLaw } from './race-law.js';

/** What opens a replica's store; the first one makes the schema. */
export interface Adapter {
  open(options: {
    readonly url: string;
    readonly schema: string;
    readonly maxConnections: number;
    readonly callTimeoutMs: number;
  }): Promise<LeaseStore>;
}

/** A schema and two replicas, on which laws are tried one after the other. */
export class Arena {
  readonly #url: string;
  readonly #within: string;
  readonly #open: (url: string) => Promise<LeaseStore>;
  readonly #store: LeaseStore;
  readonly #other: LeaseStore;

  private constructor(
    url: string,
    within: string,
    open: (url: string) => Promise<LeaseStore>,
    store: LeaseStore,
    other: LeaseStore,
  ) {
    this.#url = url;
    this.#within = within;
    this.#open = open;
    this.#store = store;
    this.#other = other;
  }

  /** In a schema that does not exist yet. */
  static async open(
    adapter: Adapter,
    { url, schema }: { readonly url: string; readonly schema: string },
  ): Promise<Arena> {
    const within = `"${schema}"`;
    // Patience for a busy machine: no schedule here takes long by itself.
    const openAt = (at: string) =>
      adapter.open({ url: at, schema, maxConnections: 6, callTimeoutMs: 20_000 });
    const store = await openAt(url);
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    await installGates(sql, within);
    await sql.end();
    return new Arena(url, within, openAt, store, await openAt(url));
  }

  /** Tries a law on an empty store. */
  async run(law: RaceLaw): Promise<void> {
    const sql = postgres(this.#url, { max: 6, onnotice: () => undefined });
    const further: LeaseStore[] = [];
    const openAt = async (url: string) => {
      const store = await this.#open(url);
      further.push(store);
      return store;
    };
    try {
      await clear(sql, this.#within);
      await law.run({
        ...{ store: this.#store, other: this.#other },
        ...{ sql, url: this.#url, within: this.#within, openAt },
      });
    } finally {
      // With our sessions goes what they hold, and nobody waits for it any longer.
      await sql.end({ timeout: 0 });
      await Promise.all(further.map((store) => store.close()));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#store.close(), this.#other.close()]);
  }
}
