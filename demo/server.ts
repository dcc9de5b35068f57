import { Child } from '../tests/helpers/child.js';
import { executable } from '../tests/helpers/executable.js';
import type { Timeline } from './timeline.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

/** Short, so that the demo is; by default it is 5 s. */
export const GRACE_MS = 500;

/** `lease-server serve` on SQLite. */
export class Server {
  readonly #dataDir: string;
  readonly #timeline: Timeline;
  #child: Child;
  #listen = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

  private constructor(dataDir: string, timeline: Timeline) {
    this.#dataDir = dataDir;
    this.#timeline = timeline;
    this.#child = this.#spawn();
  }

  static async start(dataDir: string, timeline: Timeline): Promise<Server> {
    const server = new Server(dataDir, timeline);
    await server.#untilReady();
    return server;
  }

  get address(): string {
    return this.#listen.grpc;
  }

  get child(): Child {
    return this.#child;
  }

  async kill(): Promise<void> {
    this.#timeline.tell('kill -9', 'server');
    await this.#child.kill('SIGKILL');
  }

  /** On the same data, at the same addresses. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#untilReady();
  }

  #spawn(): Child {
    const { grpc, http } = this.#listen;
    return new Child({
      name: 'lease-server',
      args: [
        ...[main, 'serve', '--storage', 'sqlite', '--data-dir', this.#dataDir],
        ...['--grpc-listen', grpc, '--http-listen', http, '--grace', `${GRACE_MS}ms`],
      ],
    });
  }

  async #untilReady(): Promise<void> {
    const { grpc, http } = await this.#child.ready();
    this.#listen = { grpc: String(grpc), http: String(http) };
    this.#timeline.tell('server', `ready on ${this.#listen.grpc}, data in ${this.#dataDir}`);
  }
}
