import type { Socket } from 'node:net';
import postgres from 'postgres';
import { types } from './decode-value.js';
import { openSocket } from './open-socket.js';
import { localSettings, type SessionSettings } from './session-settings.js';
import type { Target } from './target.js';

export interface ConnectionOptions {
  readonly target: Target;
  readonly settings: SessionSettings;
  readonly pooler: PoolerSighting;
  /** The connection is gone, expectedly or not. */
  readonly onLost?: (connection: Connection) => void;
}

/**
 * Whether a pooler stands between, which lends another session to each transaction: then the settings go with each
 * transaction, and nothing is prepared. What one connection finds out, the next ones know.
 */
export interface PoolerSighting {
  seen: boolean;
}

type Driver = postgres.Sql<Record<string, unknown>>;

/** How long the farewell to the server may take. */
const FAREWELL_S = 1;

/**
 * One connection, for one statement at a time, and for one life: once lost it is not used again.
 *
 * The driver can reconnect, but its published version (3.4.9) then writes to a socket that is gone and ends the process,
 * or stays deaf. So each connection is a driver of its own with one socket, which is ours to destroy.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #opening = new AbortController();
  #driver: Driver;
  #socket: Socket | undefined;
  #pooled: boolean;
  #lost = false;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#pooled = options.pooler.seen;
    this.#driver = this.#drive();
  }

  /** Begins to connect. `ready` resolves once the server has answered. */
  static open(options: ConnectionOptions): {
    readonly connection: Connection;
    readonly ready: Promise<void>;
  } {
    const connection = new Connection(options);
    return { connection, ready: connection.#ready() };
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Runs one statement, alone in its transaction. The values are encoded. */
  async query(text: string, values: readonly (string | null)[]): Promise<readonly unknown[]> {
    if (!this.#pooled) return this.run(text, values);
    return this.transaction(() => this.run(text, values));
  }

  /** Runs the work in a transaction that brings its settings along. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.script(localSettings(this.#options.settings));
    try {
      const result = await work();
      await this.script('commit');
      return result;
    } catch (error) {
      if (!this.#lost) await this.script('rollback');
      throw error;
    }
  }

  /** Runs one statement in the transaction that there is. The values are encoded. */
  async run(text: string, values: readonly (string | null)[]): Promise<readonly unknown[]> {
    return await this.#driver.unsafe(text, [...values], { prepare: !this.#pooled });
  }

  /** Runs statements without parameters, as they stand. */
  async script(text: string): Promise<void> {
    await this.#driver.unsafe(text).simple();
  }

  /** Ends it at once. What is under way rejects. */
  destroy(): void {
    this.#lose();
    this.#opening.abort();
    this.#socket?.destroy();
    void this.#driver.end({ timeout: 0 });
  }

  /** Says goodbye to the server first. Nothing may be under way. */
  async close(): Promise<void> {
    await this.#driver.end({ timeout: FAREWELL_S });
    this.destroy();
  }

  #drive(): Driver {
    const { target, settings } = this.#options;
    let connected = false;
    const driver = postgres({
      ...DRIVER,
      // For the driver's messages; where to connect is the socket's business.
      path: target.name,
      user: target.user,
      pass: () => target.password,
      database: target.database,
      connection: { application_name: target.applicationName, ...(this.#pooled ? {} : settings) },
      socket: async () => {
        if (connected || this.#lost) throw new Error('the connection was lost');
        connected = true;
        this.#socket = await openSocket(target, this.#opening.signal);
        return this.#socket;
      },
      onclose: () => {
        if (driver === this.#driver) this.#lose();
      },
    } as unknown as DriverOptions);
    return driver;
  }

  async #ready(): Promise<void> {
    try {
      await this.#greet();
    } catch (error) {
      if (this.#pooled || !isSettingRefused(error)) throw error;
      this.#meetPooler();
      void this.#driver.end({ timeout: 0 });
      this.#driver = this.#drive();
      await this.#greet();
    }
  }

  async #greet(): Promise<void> {
    const rows = await this.#driver.unsafe<[{ pid: number }]>('select pg_backend_pid() as pid').simple();
    // Another server process answers than the one that was announced.
    if (rows[0].pid !== rows.state.pid) this.#meetPooler();
  }

  #meetPooler(): void {
    this.#pooled = true;
    this.#options.pooler.seen = true;
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#options.onLost?.(this);
  }
}

/** A pooler's answer to settings that it cannot set for a session that is not there yet. */
function isSettingRefused(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /unsupported startup parameter/.test(error.message);
}

/** The driver's types know neither `socket` nor the old name of `password`, which alone may be a function. */
type DriverOptions = postgres.Options<Record<string, postgres.PostgresType>>;

/** All that the driver would otherwise take from the environment, or decide by itself. */
const DRIVER = {
  host: 'localhost',
  port: 0,
  max: 1,
  ssl: false,
  sslnegotiation: null,
  connect_timeout: 0,
  idle_timeout: 0,
  max_lifetime: null,
  max_pipeline: 1,
  keep_alive: 10,
  backoff: 0,
  prepare: true,
  debug: false,
  publications: '',
  // A query of its own on every new connection, whose failure nobody would catch.
  fetch_types: false,
  types,
  onnotice: () => undefined,
};
