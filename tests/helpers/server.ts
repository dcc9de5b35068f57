import { expect } from 'vitest';
import type { Child, Exit } from './child.js';
import { executable } from './executable.js';
import { startChild, temporaryDirectory } from './lifetime.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

export interface ServerOptions {
  /** Default `sqlite`. */
  readonly storage?: 'memory' | 'sqlite';
  /** Default: a new one. `memory` has none. */
  readonly dataDir?: string;
  /** After those that the harness sets; a repeated flag wins. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real server in a process of its own. Ends with the test file, or with `await using`. */
export class RunningServer implements AsyncDisposable {
  readonly #options: ServerOptions & { readonly storage: 'memory' | 'sqlite' };
  readonly dataDir: string | undefined;
  #child: Child;
  #addresses = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

  private constructor(options: ServerOptions) {
    const { storage = 'sqlite' } = options;
    this.#options = { ...options, storage };
    this.dataDir = storage === 'memory' ? undefined : (options.dataDir ?? temporaryDirectory());
    this.#child = this.#spawn();
  }

  static async start(options: ServerOptions): Promise<RunningServer> {
    const server = new RunningServer(options);
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
    const { storage, flags = [], env = {} } = this.#options;
    const { grpc, http } = this.#addresses;
    const data = this.dataDir === undefined ? [] : ['--data-dir', this.dataDir];
    return startChild({
      name: `lease-server (${storage})`,
      args: [
        ...[main, 'serve', '--storage', storage, ...data],
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
