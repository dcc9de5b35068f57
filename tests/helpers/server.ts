import { expect } from 'vitest';
import { imbalancesOf } from './balance.js';
import type { Child, Exit } from './child.js';
import { executable } from './executable.js';
import { type Home, recountHome, settingsOf } from './home.js';
import { startChild, temporaryDirectory } from './lifetime.js';
import { freshSchema } from './postgres/index.js';
import { RawClient } from './raw-client.js';

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
  readonly #home: Home;
  #child: Child;
  #addresses = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#home = homeOf(options);
    this.#child = this.#spawn();
  }

  static async start(options: ServerOptions): Promise<RunningServer> {
    const server = new RunningServer(options);
    await server.#untilReady();
    return server;
  }

  /** Of a sqlite server. */
  get dataDir(): string | undefined {
    return this.#home.storage === 'sqlite' ? this.#home.dataDir : undefined;
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

  /** Asks it to end, and expects that it does so cleanly (L6), and that its totals agree with a recount (S6, S16). */
  async stop(): Promise<void> {
    const broken = [...(await this.#imbalances())];
    expect(await this.kill('SIGTERM'), this.#child.output).toEqual({ code: 0, signal: null });
    broken.push(...(await recountHome(this.#home)));
    const flags = (this.#options.flags ?? []).join(' ');
    expect(broken, `${this.#child.name} ${flags}: ${broken.join('; ')}`).toEqual([]);
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

  /** Any snapshot will do: the sums hold in each. */
  async #imbalances(): Promise<readonly string[]> {
    // The raw client speaks plain text; there, the recount after the stop has to do.
    if (this.#options.flags?.includes('--tls-cert')) return [];
    using client = new RawClient(this.grpc, { ownConnection: true });
    return imbalancesOf((await client.call('GetStats', {})).stats);
  }

  #spawn(): Child {
    const { flags = [], env = {} } = this.#options;
    const { grpc, http } = this.#addresses;
    const settings = settingsOf(this.#home);
    return startChild({
      name: `lease-server (${this.#home.storage})`,
      args: [
        ...[main, 'serve', ...settings.flags],
        ...['--grpc-listen', grpc, '--http-listen', http, ...flags],
      ],
      env: { ...settings.env, ...env },
    });
  }

  async #untilReady(): Promise<void> {
    const { grpc, http } = await this.#child.ready();
    this.#addresses = { grpc: String(grpc), http: String(http) };
  }
}

function homeOf({ storage = 'sqlite', dataDir, database }: ServerOptions): Home {
  switch (storage) {
    case 'memory':
      return { storage };
    case 'sqlite':
      return { storage, dataDir: dataDir ?? temporaryDirectory() };
    case 'postgres':
      return { storage, ...(database ?? freshSchema()) };
  }
}

/** Starts `lease-server serve` on free ports and waits until it is ready. */
export function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  return RunningServer.start(options);
}
