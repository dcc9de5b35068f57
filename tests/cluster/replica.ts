import { canary } from '../helpers/canaries.mjs';
import { Child, type Exit } from '../helpers/child.js';
import { executable } from '../helpers/executable.js';
import { type Home, settingsOf } from '../helpers/home.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

export interface ReplicaOptions {
  /** Also the application name of its sessions at a database. */
  readonly name: string;
  readonly home: Home;
  readonly flags?: readonly string[];
  /** Of Node, for itself. */
  readonly nodeOptions?: string;
}

/** What differs from the options: a flag list replaces theirs. */
type SpecialStart = Pick<ReplicaOptions, 'flags' | 'nodeOptions'> & {
  readonly env?: Readonly<Record<string, string>>;
};

/** One `lease-server`, of a cluster or alone. It keeps its addresses over restarts, and notes every end that nobody asked for. */
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

  /** Of the present process. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined || !this.running) throw new Error(`${this.name} does not run`);
    return pid;
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

  /** Resolves when it is ready. `special`: for this process alone. */
  async start(special: SpecialStart = {}): Promise<void> {
    const { name, home, flags = [], nodeOptions } = { ...this.#options, ...special };
    const settings = settingsOf(named(home, name));
    const child = new Child({
      name,
      args: [
        ...[main, 'serve', ...settings.flags],
        ...['--grpc-listen', this.#addresses.grpc, '--http-listen', this.#addresses.http, ...flags],
      ],
      env: {
        ...settings.env,
        LEASE_SIGNING_SECRETS: canary('signing secret'),
        ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }),
        ...special.env,
      },
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

  /** Waits for an end of its own that is wanted. */
  async end(): Promise<Exit> {
    this.#dismissed = true;
    return (await this.#child?.exit) ?? { code: null, signal: null };
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
    process.kill(this.pid, signal);
  }
}

/** So that the database tells whose session it is. */
function named(home: Home, name: string): Home {
  if (home.storage !== 'postgres') return home;
  const url = new URL(home.url);
  url.searchParams.set('application_name', name);
  return { ...home, url: url.href };
}
