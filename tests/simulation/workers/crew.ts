import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Job, Outcome } from './job.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const FLAGS = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  // A world makes thousands of errors and reads no stack.
  '--stack-trace-limit=0',
  // And much garbage that is young.
  '--max-semi-space-size=32',
];

/** Processes that live through worlds, one at a time each. */
export class Crew implements AsyncDisposable {
  readonly #children: readonly ChildProcess[];

  constructor(size: number) {
    this.#children = Array.from({ length: size }, () =>
      fork(WORKER, [], { cwd: ROOT, execArgv: FLAGS, serialization: 'advanced' }),
    );
  }

  /** Does the same with each of them, at the same time. */
  async work(shift: (run: (job: Job) => Promise<Outcome>) => Promise<void>): Promise<void> {
    await Promise.all(this.#children.map((child) => shift((job) => runIn(child, job))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill();
        await exited;
      }),
    );
  }
}

/** A process that ends in the middle is a fault of the world that it ran. */
async function runIn(child: ChildProcess, job: Job): Promise<Outcome> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }).then(([outcome]) => outcome as Outcome),
      once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`the process that ran seed ${job.seed} ended with ${String(code ?? signal)}`);
      }),
      new Promise<never>((_, reject) => child.send(job, (error) => error && reject(error))),
    ]);
  } finally {
    ended.abort();
  }
}
