import { expect } from 'vitest';
import type { Child, Exit } from './child.js';
import { executable } from './executable.js';
import { startChild, temporaryDirectory } from './lifetime.js';
import { freshSchema } from './postgres/index.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

export const STORAGES = ['memory', 'sqlite', 'postgres'] as const;

export type Storage = (typeof STORAGES)[number];

export interface ServerOptions {
  /** Default `sqlite`. */
  readonly storage?: Storage;
  /** For `sqlite`. Default: a new one. */
  readonly dataDir?: string;
  /** For `postgres`. Default: a new schema on the server that all tests share. */
  readonly database?: { readonly url: string; readonly schema: string };
  /** After those that the harness sets; a repeated flag wins. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real server in a process of its own. Ends with the test file, or with `await using`. */
export class RunningServer implements AsyncDisposable {
  readonly #options: ServerOptions;
  readonly #storage: Storage;
  readonly #storageFlags: readonly string[];
  /** Of a sqlite server. */
  readonly dataDir: string | undefined;
  #child: Child;
  #addresses = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

  private constructor(options: ServerOptions, database: ServerOptions['database']) {
    const { storage = 'sqlite' } = options;
    this.#options = options;
    this.#storage = storage;
    this.dataDir = storage === 'sqlite' ? (options.dataDir ?? temporaryDirectory()) : undefined;
    this.#storageFlags = [
      ...['--storage', storage],
      ...(this.dataDir === undefined ? [] : ['--data-dir', this.dataDir]),
      ...(database === undefined
        ? []
        : ['--database-url', database.url, '--database-schema', database.schema]),
    ];
    this.#child = this.#spawn();
  }

  static async start(options: ServerOptions): Promise<RunningServer> {
    const isPostgres = options.storage === 'postgres';
    const database = isPostgres ? (options.database ?? freshSchema()) : undefined;
    const server = new RunningServer(options, database);
    await server.#untilReady();
    return server;
  }

  /** `host:port`. The same after a restart. */
  get grpc(): string {
    return this.#addresses.grpc;
  }

  /** The operations endpoints, as a URL without a trailing slash. */
  get http(): string {
    return `http://${this.#addresses.http}`;
  }

  get child(): Child {
    return this.#child;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    return this.#child.kill(signal);
  }

  /** Asks it to end, and expects that it does so cleanly (L6). */
  async stop(): Promise<void> {
    expect(await this.kill('SIGTERM'), this.#child.output).toEqual({ code: 0, signal: null });
  }

  /** Starts it again on the same data and at the same addresses; kills it first if it still runs. */
  async restart(): Promise<void> {
    await this.kill('SIGKILL');
    this.#child = this.#spawn();
    await this.#untilReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }

  #spawn(): Child {
    const { flags = [], env = {} } = this.#options;
    const { grpc, http } = this.#addresses;
    return startChild({
      name: `lease-server (${this.#storage})`,
      args: [
        ...[main, 'serve', ...this.#storageFlags],
        ...['--grpc-listen', grpc, '--http-listen', http, ...flags],
      ],
      env,
    });
  }

  async #untilReady(): Promise<void> {
    const { grpc, http } = await this.#child.ready();
    this.#addresses = { grpc: String(grpc), http: String(http) };
  }
}

/** Starts `lease-server serve` on free ports and waits until it is ready. */
export function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  return RunningServer.start(options);
}
