import { LeaseClient, type Lease } from '@lease/client';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checks } from './checks.js';
import { Directory } from './directory.js';
import { Endpoint } from './endpoint.js';
import { Server } from './server.js';
import type { Timeline } from './timeline.js';
import { Worker } from './worker-process.js';

/** Where the scenes are played: a server, a cleanup endpoint, workers, and a directory that they share. */
export class Stage implements AsyncDisposable {
  readonly timeline: Timeline;
  readonly checks: Checks;
  readonly directory: Directory;
  readonly endpoint: Endpoint;
  readonly server: Server;
  /** Looks leases up; holds none. */
  readonly client: LeaseClient;
  readonly #home: Home;
  readonly #workers: Worker[] = [];

  private constructor(
    parts: Pick<Stage, 'timeline' | 'checks' | 'directory' | 'endpoint' | 'server'>,
    home: Home,
  ) {
    this.timeline = parts.timeline;
    this.checks = parts.checks;
    this.directory = parts.directory;
    this.endpoint = parts.endpoint;
    this.server = parts.server;
    this.client = new LeaseClient({ serviceId: 'audience', address: parts.server.address });
    this.#home = home;
  }

  /** @param script how the endpoint misbehaves; see `cleanup-mock --help` */
  static async set(timeline: Timeline, checks: Checks, script: string): Promise<Stage> {
    const home = new Home();
    timeline.scene('The stage');
    const endpoint = await Endpoint.start(home.files, script, timeline);
    const server = await Server.start(home.data, timeline);
    return new Stage(
      { timeline, checks, endpoint, server, directory: new Directory(home.files, timeline) },
      home,
    );
  }

  /** Starts workers, each a process, all at once. */
  async workers<Names extends readonly string[]>(...names: Names): Promise<{ [K in keyof Names]: Worker }> {
    const { server, endpoint, directory, timeline } = this;
    const workers = await Promise.all(
      names.map((name) => Worker.start(name, server.address, endpoint.url, directory.path, timeline)),
    );
    this.#workers.push(...workers);
    return workers as { [K in keyof Names]: Worker };
  }

  /** Every lease that any worker was told it has. */
  get leases(): readonly string[] {
    return this.#workers.flatMap((worker) => [...worker.leases.values()]);
  }

  /**
   * Whether files are there, and what the endpoint was asked to do about them: `there, no call` or `gone, 503, deleted`. One
   * answer for files that share their fate.
   */
  async fateOf(...files: readonly string[]): Promise<string> {
    const fates = new Set<string>();
    for (const file of files) {
      const calls = await this.endpoint.callsFor(file);
      fates.add(`${this.directory.has(file) ? 'there' : 'gone'}, ${calls}`);
    }
    return [...fates].join(' / ');
  }

  /** What became of a worker's lease on a file, by the server's word. */
  async leaseOf(worker: Worker, file: string): Promise<Lease> {
    return (await this.client.get(worker.leases.get(file) ?? '')).lease;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endpoint.close();
    this.directory.close();
    this.client.close();
    const children = [...this.#workers.map(({ child }) => child), this.server.child, this.endpoint.child];
    await Promise.all(children.map((child) => child.kill('SIGKILL')));
    this.#home.remove();
  }
}

/** A temporary directory for the server's data and the workers' files, gone when this process ends, however it does. */
class Home {
  readonly #path = realpathSync(mkdtempSync(join(tmpdir(), 'lease-demo-')));
  readonly data = join(this.#path, 'data');
  readonly files = join(this.#path, 'files');
  readonly #removeOnExit = () => {
    this.remove();
  };

  constructor() {
    mkdirSync(this.files);
    process.once('exit', this.#removeOnExit);
  }

  remove(): void {
    process.off('exit', this.#removeOnExit);
    // Children that were killed a moment ago may still be at their last write.
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
