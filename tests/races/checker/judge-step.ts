import type { AttemptRow, FinishedRow } from '../log/event.js';
import { type History, stampsOf, type Step } from './step.js';
import type { PromiseId, Violations } from './violations.js';

type Unless = (kept: boolean, promise: PromiseId, what: string) => void;
type State = 'HELD' | 'DUE' | 'CLAIMED' | 'ABANDONED' | 'none';

/** Judges what a transaction made of one object by the state machine of objects, knowing all that came before. */
export function judgeStep(objectKey: string, step: Step, history: History, violations: Violations): void {
  const from: State = step.before?.state ?? 'none';
  const to: State = step.after?.state ?? 'none';
  const where = `object ${objectKey}, ${from} -> ${to}`;
  const unless: Unless = (kept, promise, what) => {
    violations.unless(kept, promise, `${where}: ${what}`);
  };

  const held = step.after?.state === 'HELD';
  const { size } = history.active;
  unless(held ? size > 0 : size === 0, held ? 'S3' : 'S1', `${size} active leases`);
  unless(
    !held || step.after?.active === size,
    'S3',
    `counts ${step.after?.active ?? 0} of ${size} active leases`,
  );
  for (const stamp of stampsOf(step)) {
    unless(stamp >= history.stamp, 'S15', `is stamped ${history.stamp - stamp} ms before the step before it`);
  }
  judgeGeneration(step, history, unless);
  judgeClaim(step, history, unless);
  judgeOutcome(step, unless);
  judgeEnd(step, unless);
  unless(isLegal(from, to), 'S3', 'there is no such transition');
}

const LEGAL: Readonly<Record<State, readonly State[]>> = {
  none: ['none', 'HELD'],
  HELD: ['HELD', 'DUE', 'none'],
  DUE: ['DUE', 'HELD', 'CLAIMED', 'none'],
  CLAIMED: ['CLAIMED', 'DUE', 'ABANDONED', 'none'],
  ABANDONED: ['ABANDONED', 'DUE', 'HELD', 'none'],
};
const isLegal = (from: State, to: State) => LEGAL[from].includes(to);

/** A new life has a new generation, which is larger; nothing else has. */
function judgeGeneration({ before, after }: Step, history: History, unless: Unless): void {
  if (after === undefined) return;
  if (after.state === 'HELD' && before?.state !== 'HELD') {
    const { generation } = after;
    unless(generation > history.generation, 'S7', `generation ${generation} follows ${history.generation}`);
    unless(before?.unanswered !== true, 'S1', 'revived although an attempt may still reach its endpoint');
  } else {
    unless(after.generation === before?.generation, 'S7', 'another generation in the same life');
  }
}

/** A claim begins one attempt of the run that is due. */
function judgeClaim({ before, after, attempts }: Step, history: History, unless: Unless): void {
  if (after?.state !== 'CLAIMED' || after.fence === before?.fence) return;
  unless(after.cleanupId === before?.cleanupId, 'S7', 'the claim is of another cleanup');
  unless(
    after.attempt === (before?.attempt ?? 0) + 1,
    'S7',
    `attempt ${after.attempt} follows ${before?.attempt ?? 0}`,
  );
  unless((after.fence ?? 0) > history.fence, 'S8', `fence ${after.fence ?? 0} follows ${history.fence}`);
  unless(
    (before?.dueAt ?? Infinity) <= (after.claimTime ?? 0),
    'S9',
    'claimed before it was due, or while another claim ran',
  );
  if (before?.state === 'CLAIMED') {
    unless(
      attempts.some(({ outcome }) => outcome === 'LOST'),
      'S9',
      'taken over without a word on the lost claim',
    );
  }
}

/** A claim ends with one outcome, which carries its fence; nothing else has an outcome. */
function judgeOutcome({ before, after, attempts }: Step, unless: Unless): void {
  const ended = before?.state === 'CLAIMED' && after?.fence !== before.fence;
  unless(attempts.length === (ended ? 1 : 0), 'S8', `${attempts.length} outcomes recorded`);
  for (const { fence, cleanupId, attempt } of attempts) {
    unless(
      fence === before?.fence,
      'S8',
      `an outcome with fence ${fence} under the claim ${before?.fence ?? 'of nobody'}`,
    );
    unless(cleanupId === before?.cleanupId, 'S7', 'an outcome of another cleanup');
    unless(
      attempt === before?.attempt,
      'S7',
      `an outcome of attempt ${attempt} in attempt ${before?.attempt ?? 0}`,
    );
  }
}

/** What a cleanup may end as, by how its object left. */
function judgeEnd(step: Step, unless: Unless): void {
  const expected = endOf(step);
  const ends = step.finished.map(({ state }) => state);
  unless(
    ends.length === (expected === undefined ? 0 : 1) && ends.every((state) => state === expected),
    'S6',
    `filed as ${ends.join(' and ') || 'nothing'}, not as ${expected ?? 'nothing'}`,
  );
  for (const { cleanupId } of step.finished) {
    unless(cleanupId === step.before?.cleanupId, 'S6', 'files another cleanup');
  }
  if (step.dropped?.state === 'HELD' && step.dropped.cleanupHash !== null) {
    unless(
      step.ended.some(({ disposition }) => disposition === 'KEEP'),
      'S6',
      'a cleanup was dropped, and nobody keeps the object',
    );
  }
}

function endOf({ before, after, attempts }: Step): FinishedRow['state'] | undefined {
  if (before === undefined || before.state === 'HELD') return undefined;
  if (after === undefined) return before.state === 'CLAIMED' && isDone(attempts) ? 'COLLECTED' : 'FORGOTTEN';
  return after.state === 'HELD' ? 'REVIVED' : undefined;
}

const isDone = (attempts: readonly AttemptRow[]) => attempts.some(({ outcome }) => outcome === 'DONE');
