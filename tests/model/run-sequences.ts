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

export interface SequenceRun {
  readonly sequences: number;
  readonly seed: number;
  /** Sequences under way at once, each on a store of its own: for stores that others compute for. Default 1. */
  readonly lanes?: number;
  /** Whether a sequence that fails is shrunk. Default true. */
  readonly shrink?: boolean;
  /** Called after each sequence. */
  readonly onSequence?: () => void;
}

/** Runs random sequences; rejects with the seed and the shrunk sequence if the store and the model differ. */
export async function runSequences(
  subject: Subject,
  { sequences: count, seed, lanes = 1, shrink = true, onSequence }: SequenceRun,
): Promise<void> {
  const property = () =>
    fc.asyncProperty(sequences, async (steps) => {
      await runSequence(subject, steps);
      onSequence?.();
    });
  // To the last, whatever becomes of the others: a store must not be closed under them.
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      fc.assert(property(), {
        numRuns: Math.floor(count / lanes) + (lane < count % lanes ? 1 : 0),
        seed: seed + lane,
        endOnFailure: !shrink,
      }),
    ),
  );
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
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
