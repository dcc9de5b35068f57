import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Replica } from '../cluster/replica.js';
import { type Home, recountHome } from '../helpers/home.js';
import { imbalancesOf } from '../helpers/balance.js';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { RawClient } from '../helpers/raw-client.js';
import type { RawStats } from '../helpers/raw-messages.js';

export type Storage = Home['storage'];

export interface SiteOptions {
  readonly storage: Storage;
  /** For `postgres`. Default: a durable server of the site's own. */
  readonly database?: { readonly url: string; readonly schema: string };
  /** Default 1. More need `postgres`. */
  readonly replicas?: number;
  readonly flags: readonly string[];
  /** Of Node, for each replica. */
  readonly nodeOptions?: string;
}

/** Real servers on one storage, from their start to a stop after which everything has to add up. */
export class Site implements AsyncDisposable {
  readonly replicas: readonly Replica[];
  /** Of the first replica. */
  readonly client: RawClient;
  readonly home: Home;
  readonly #flags: readonly string[];
  readonly #free: () => unknown;

  private constructor(
    home: Home,
    replicas: readonly Replica[],
    flags: readonly string[],
    free: () => unknown,
  ) {
    this.home = home;
    this.replicas = replicas;
    this.#flags = flags;
    this.#free = free;
    this.client = new RawClient(replicas[0]?.grpc ?? '', { ownConnection: true });
  }

  static async open({
    storage,
    database,
    replicas: count = 1,
    flags,
    nodeOptions,
  }: SiteOptions): Promise<Site> {
    const { home, free } = await homeOf(storage, database);
    const replicas = Array.from(
      { length: count },
      (_, at) =>
        new Replica({
          name: `${storage}-${at + 1}-${randomUUID().slice(0, 8)}`,
          home,
          flags,
          ...(nodeOptions !== undefined && { nodeOptions }),
        }),
    );
    try {
      // One after another: the first one makes the tables.
      for (const replica of replicas) await replica.start();
      return new Site(home, replicas, flags, free);
    } catch (error) {
      await Promise.all(replicas.map((replica) => replica.kill()));
      await free();
      throw error;
    }
  }

  get addresses(): readonly string[] {
    return this.replicas.map(({ grpc }) => grpc);
  }

  async stats(): Promise<RawStats['stats']> {
    return (await this.client.call('GetStats', {}, 30_000)).stats;
  }

  /**
   * Stops all replicas, which must end cleanly (L6), and recounts (S6, S16). What is wrong, each with the flags of the
   * servers; empty: nothing.
   */
  async close(): Promise<readonly string[]> {
    const broken = [...imbalancesOf(await this.stats())];
    for (const replica of this.replicas) {
      const { code, signal } = await replica.stop();
      if (code !== 0) broken.push(`L6: ${replica.name} ended with ${signal ?? code ?? 'an error'}`);
      broken.push(...replica.surprises);
    }
    broken.push(...(await recountHome(this.home)));
    return broken.map((line) => `${line} (${this.home.storage}, ${this.#flags.join(' ')})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.#free();
  }
}

async function homeOf(
  storage: Storage,
  database: SiteOptions['database'],
): Promise<{ readonly home: Home; readonly free: () => unknown }> {
  switch (storage) {
    case 'memory':
      return { home: { storage }, free: () => undefined };
    case 'sqlite': {
      const dataDir = mkdtempSync(join(tmpdir(), 'lease-site-'));
      return { home: { storage, dataDir }, free: () => rmSync(dataDir, { recursive: true, force: true }) };
    }
    case 'postgres': {
      if (database) return { home: { storage, ...database }, free: () => undefined };
      const postgres = await RunningPostgres.start({ durable: true });
      const home = { storage, url: postgres.url, schema: 'lease' } as const;
      return { home, free: () => postgres[Symbol.asyncDispose]() };
    }
  }
}
