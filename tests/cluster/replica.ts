import { Child, type Exit } from '../helpers/child.js';
import { executable } from '../helpers/executable.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

export interface ReplicaOptions {
  /** Also the application name of its sessions at the database. */
  readonly name: string;
  /** Of the database. */
  readonly url: string;
  readonly schema: string;
  readonly flags?: readonly string[];
}

/** One `lease-server` of a cluster. It keeps its addresses over restarts, and notes every end that nobody asked for. */
export class Replica {
  readonly name: string;
  /** What it claims as, once {@link Cluster} has found out. New at each start. */
  claimant = '';
  readonly #options: ReplicaOptions;
  readonly #surprises: string[] = [];
  #child: Child | undefined;
  #addresses = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
  /** Whether the end of the present process is our doing. */
  #dismissed = false;

  constructor(options: ReplicaOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** `host:port`. */
  get grpc(): string {
    return this.#addresses.grpc;
  }

  get http(): string {
    return `http://${this.#addresses.http}`;
  }

  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** The end of what the present process has said. */
  get output(): string {
    return this.#child?.output ?? '';
  }

  /** Ends that nobody asked for, and what a server says before such an end. */
  get surprises(): readonly string[] {
    return this.#surprises;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const { name, schema, flags = [] } = this.#options;
    const url = new URL(this.#options.url);
    url.searchParams.set('application_name', name);
    const child = new Child({
      name,
      args: [
        ...[main, 'serve', '--storage', 'postgres', '--database-schema', schema],
        ...['--grpc-listen', this.#addresses.grpc, '--http-listen', this.#addresses.http, ...flags],
      ],
      // Not a flag: whoever lists the processes sees those.
      env: { LEASE_DATABASE_URL: url.href },
    });
    this.#child = child;
    this.#dismissed = false;
    void child.exit.then((exit) => {
      if (!this.#dismissed)
        this.#surprises.push(`${name} ended with ${exit.signal ?? exit.code ?? 'an error'}: ${child.output}`);
    });
    const { grpc, http } = await child.ready();
    this.#addresses = { grpc: String(grpc), http: String(http) };
  }

  /** kill -9. Also of one that is paused. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end, and waits until it has. */
  stop(): Promise<Exit> {
    return this.#end('SIGTERM');
  }

  /** SIGSTOP: the process is there and does nothing, its clock goes on. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<Exit> {
    this.#dismissed = true;
    return (await this.#child?.kill(signal)) ?? { code: null, signal: null };
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined || !this.running) throw new Error(`${this.name} does not run`);
    process.kill(pid, signal);
  }
}
