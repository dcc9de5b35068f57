import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOADER = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];

/** A process of our own TypeScript, that is sent messages and answers them. It ends with its disposal. */
export class Forked implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** `flags`: of Node. */
  constructor(file: URL, flags: readonly string[] = []) {
    const execArgv = [...LOADER, ...flags];
    this.#child = fork(fileURLToPath(file), [], { cwd: ROOT, execArgv, serialization: 'advanced' });
  }

  /** A message that cannot be sent is an error of the {@link answer} that is waited for. */
  send(message: object | string): void {
    this.#child.send(message);
  }

  /** Its next message. Rejects if it ends instead; `what` it does, for the error. */
  async answer<T>(what: string): Promise<T> {
    const over = new AbortController();
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal: over.signal }).then(([message]) => message as T),
        once(this.#child, 'exit', { signal: over.signal }).then(([code, signal]) => {
          throw new Error(`the process that ${what} ended with ${String(code ?? signal)}`);
        }),
      ]);
    } finally {
      over.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}
