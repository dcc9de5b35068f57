import { Forked } from '../../helpers/forked.js';
import type { Job, Outcome } from './job.js';

const WORKER = new URL('worker.ts', import.meta.url);

const FLAGS = [
  // A world makes thousands of errors and reads no stack.
  '--stack-trace-limit=0',
  // And much garbage that is young.
  '--max-semi-space-size=32',
];

/** Processes that live through worlds, one at a time each. */
export class Crew implements AsyncDisposable {
  readonly #workers: readonly Forked[];

  constructor(size: number) {
    this.#workers = Array.from({ length: size }, () => new Forked(WORKER, FLAGS));
  }

  /** Does the same with each of them, at the same time. */
  async work(shift: (run: (job: Job) => Promise<Outcome>) => Promise<void>): Promise<void> {
    await Promise.all(this.#workers.map((worker) => shift((job) => runIn(worker, job))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

/** A process that ends in the middle is a fault of the world that it ran. */
function runIn(worker: Forked, job: Job): Promise<Outcome> {
  const outcome = worker.answer<Outcome>(`ran seed ${job.seed}`);
  worker.send(job);
  return outcome;
}
