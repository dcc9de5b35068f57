import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../helpers/eventually.js';
import { runAs } from '../helpers/postgres/binaries.js';
import { unusedPort } from '../helpers/unused-port.js';

/** Throws unless pgbouncer is installed; returns its version. */
export function poolerVersion(): string {
  const { stdout, error } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`pgbouncer is not installed: ${error.message}`);
  return stdout.split('\n')[0] ?? '';
}

/** A pgbouncer in transaction mode: every transaction may run on another session, and few sessions serve all. */
export class Pooler implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(url: string, process: ChildProcess, directory: string) {
    this.url = url;
    this.#process = process;
    this.#directory = directory;
  }

  /** `serverPort`: of the PostgreSQL behind it, on loopback. `sessions`: there, at most. */
  static async start({ serverPort, sessions }: { serverPort: number; sessions: number }): Promise<Pooler> {
    const port = await unusedPort();
    const directory = mkdtempSync(join(tmpdir(), 'lease-pooler-'));
    const settings = join(directory, 'pgbouncer.ini');
    writeFileSync(
      settings,
      [
        '[databases]',
        `* = host=127.0.0.1 port=${serverPort} user=postgres pool_size=${sessions}`,
        '[pgbouncer]',
        ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
        ...['auth_type = any', 'pool_mode = transaction', 'max_client_conn = 500'],
        // A server that comes back is found at once, and not after the default of 15 s.
        'server_login_retry = 1',
      ].join('\n'),
    );
    // It refuses root, like the server behind it.
    const { uid, gid } = runAs;
    chmodSync(directory, 0o755);
    if (uid !== undefined) chownSync(directory, uid, gid);
    const child = spawn('pgbouncer', ['-q', settings], { stdio: 'ignore', ...runAs });
    process.once('exit', () => child.kill('SIGKILL'));
    const pooler = new Pooler(`postgres://postgres@127.0.0.1:${port}/postgres`, child, directory);
    try {
      await eventually(() => answers(port));
      return pooler;
    } catch (error) {
      await pooler[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
