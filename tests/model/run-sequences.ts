import fc from 'fast-check';
import { Difference } from './difference.js';
import { type Followed, Follower } from './follower.js';
import type { Step } from './step.js';
import { sequences } from './steps.js';

/** A store that sequences run on: opened afresh for each. */
export interface Subject {
  readonly durable: boolean;
  open(): Promise<Followed & { close(): Promise<void> }>;
}

/** Runs random sequences; rejects with the seed and the shrunk sequence if the store and the model differ. */
export async function runSequences(subject: Subject, numRuns: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(sequences, (steps) => runSequence(subject, steps)),
    { numRuns, seed },
  );
}

/** Runs one sequence on a store of its own. */
async function runSequence(subject: Subject, steps: readonly Step[]): Promise<void> {
  const followed = await subject.open();
  try {
    const follower = await Follower.start(followed, subject.durable);
    for (const [index, step] of steps.entries()) {
      await follower.follow(step).catch((error: unknown) => {
        if (!(error instanceof Difference)) throw error;
        throw new Difference(`after step ${index} of ${steps.length}, ${step.do}: ${error.message}`);
      });
    }
    await follower.finish();
  } finally {
    await followed.close();
  }
}
