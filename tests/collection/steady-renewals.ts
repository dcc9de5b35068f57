import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SENDER = fileURLToPath(new URL('renewing-process.ts', import.meta.url));
const FLAGS = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
const LOOK_EVERY_MS = 5;

/** What a renewal names. */
export interface HeldLease {
  readonly leaseId: string;
  readonly serviceId: string;
}

export interface RenewingTask {
  /** The servers take turns. */
  readonly addresses: readonly string[];
  /** The leases too. */
  readonly leases: readonly HeldLease[];
}

/**
 * Renewals at a steady pace, 200 a second, one lease per call: whoever is slow is not asked more slowly. They are sent and
 * timed by a process of their own: this one has endpoints to run, and would measure itself.
 */
export class SteadyRenewals implements AsyncDisposable {
  readonly #sender: ChildProcess;

  constructor(task: RenewingTask) {
    this.#sender = fork(SENDER, [], { execArgv: FLAGS, serialization: 'advanced' });
    this.#sender.send(task);
  }

  /** How long each renewal took, in ms, until `enough` says so. */
  async during(enough: () => boolean): Promise<readonly number[]> {
    this.#sender.send('start');
    const answer = this.#answer();
    while (!enough()) await Promise.race([delay(LOOK_EVERY_MS), answer]);
    // If it ended meanwhile, its answer says so.
    this.#sender.send('stop', () => undefined);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sender.exitCode !== null || this.#sender.signalCode !== null) return;
    const exited = once(this.#sender, 'exit');
    this.#sender.kill();
    await exited;
  }

  /** Not before `stop`, unless a renewal failed. */
  async #answer(): Promise<readonly number[]> {
    const ended = new AbortController();
    try {
      return await Promise.race([
        once(this.#sender, 'message', { signal: ended.signal }).then(([tookMs]) => tookMs as number[]),
        once(this.#sender, 'exit', { signal: ended.signal }).then(([code, signal]) => {
          throw new Error(`the process that sends renewals ended with ${String(code ?? signal)}`);
        }),
      ]);
    } finally {
      ended.abort();
    }
  }
}
