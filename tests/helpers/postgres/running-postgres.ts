import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canary } from '../canaries.mjs';
import { eventually } from '../eventually.js';
import { unusedPort } from '../unused-port.js';
import { beside, postgresBinaries, runAs } from './binaries.js';
import { familyOf, isAlive, signalAll } from './family.mjs';

export interface PostgresOptions {
  /** Whether commits reach the disk (fsync). Default false: nothing of an ordinary test outlives a crash. */
  readonly durable?: boolean;
  /** Lines of postgresql.conf, by name; values are quoted for you. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf, before the one that lets everybody in without a password. */
  readonly hba?: readonly string[];
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  // Nobody lives in the time zone of the server; who assumes so shows.
  timezone: 'Asia/Kathmandu',
  log_line_prefix: '%m [%p] %a: ',
};
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** A PostgreSQL of one's own, on loopback. It ends with the process that started it, however that ends. */
export class RunningPostgres implements AsyncDisposable {
  readonly directory: string;
  readonly #guard: ChildProcess;
  readonly #gone: Promise<unknown>;
  #port = 0;
  #postmaster: ChildProcess | undefined;

  private constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'lease-postgres-'));
    // Its own session, so that Ctrl-C on the tests leaves it the moment that it needs.
    this.#guard = spawn(process.execPath, [beside('guard.mjs'), this.directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#gone = once(this.#guard, 'exit');
    this.#guard.unref();
    // The pipe alone must not keep this process alive either.
    (this.#guard.stdin as unknown as { unref(): void }).unref();
  }

  static async start(options: PostgresOptions = {}): Promise<RunningPostgres> {
    const postgres = new RunningPostgres();
    try {
      await postgres.#initialise(options);
      await postgres.start();
      return postgres;
    } catch (error) {
      await postgres[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** Of the superuser, whose password is not asked for, and the database `postgres`. */
  get url(): string {
    return `postgres://postgres:${canary('database password')}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again where it was. */
  async start(): Promise<void> {
    const log = openSync(this.#path('log'), 'a');
    const { uid, gid } = runAs;
    const postmaster = spawn(join(postgresBinaries(), 'postgres'), ['-D', this.#path('data')], {
      stdio: ['ignore', log, log],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    closeSync(log);
    postmaster.unref();
    this.#postmaster = postmaster;
    await eventually(
      () => {
        if (postmaster.exitCode !== null) throw new Error(`PostgreSQL ended: ${this.log()}`);
        if (!this.#isReady(postmaster.pid)) throw new Error(`PostgreSQL is not ready: ${this.log()}`);
      },
      { deadlineMs: 30_000, everyMs: 10 },
    );
  }

  /** `fast`: ends all sessions and writes everything out. `immediate`: as in a crash, recovery follows. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }

  /** kill -9 of the postmaster and all of its sessions. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** SIGSTOP: sessions stay open and nobody answers. */
  pause(): void {
    // The postmaster first: then no session is born while the others are being stopped.
    signalAll([this.#pid], 'SIGSTOP');
    signalAll(familyOf(this.#pid), 'SIGSTOP');
  }

  resume(): void {
    signalAll(familyOf(this.#pid).reverse(), 'SIGCONT');
  }

  /** What it has logged, over all starts. */
  log(): string {
    return readFileSync(this.#path('log'), 'utf8');
  }

  /** Ends it and removes its directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    // From here on somebody waits for it.
    this.#guard.ref();
    this.#guard.stdin?.destroy();
    await this.#gone;
  }

  /** Of a role that was made there. */
  urlOf(role: string): string {
    return `postgres://${role}@127.0.0.1:${this.port}/postgres`;
  }

  get #pid(): number {
    const pid = this.#postmaster?.pid;
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    return pid;
  }

  #path(name: 'data' | 'log'): string {
    return join(this.directory, name);
  }

  async #initialise({ durable = false, settings = {}, hba = [] }: PostgresOptions): Promise<void> {
    const { uid, gid } = runAs;
    chmodSync(this.directory, 0o755);
    if (uid !== undefined) chownSync(this.directory, uid, gid);
    const data = this.#path('data');
    await promisify(execFile)(
      join(postgresBinaries(), 'initdb'),
      [
        '-D',
        data,
        '-U',
        'postgres',
        '--auth=trust',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ],
      uid === undefined ? {} : { uid, gid },
    );
    // Not before: initdb takes seconds on a busy machine, in which somebody else may be given the port.
    this.#port = await unusedPort();
    const all = { ...SETTINGS, port: String(this.port), ...(durable ? {} : NOT_DURABLE), ...settings };
    const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
    appendFileSync(join(data, 'postgresql.conf'), lines.join(''));
    const access = join(data, 'pg_hba.conf');
    writeFileSync(access, [...hba, readFileSync(access, 'utf8')].join('\n'));
  }

  /** The eighth line of this file is the postmaster's state. */
  #isReady(pid: number | undefined): boolean {
    try {
      const lines = readFileSync(join(this.#path('data'), 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const family = familyOf(this.#pid);
    signalAll(signal === 'SIGKILL' ? family : [this.#pid], signal);
    // The sessions too: a start would refuse while one of them still has the shared memory.
    await eventually(
      () => {
        if (family.some(isAlive)) throw new Error(`PostgreSQL still runs after ${signal}: ${this.log()}`);
      },
      { deadlineMs: 30_000, everyMs: 10 },
    );
    this.#postmaster = undefined;
  }
}
