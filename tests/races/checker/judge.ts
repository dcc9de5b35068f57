import type { Event } from '../log/event.js';
import type { Answer } from '../play/answers.js';
import { AnswerBook } from './answer-book.js';
import { LeaseBook } from './lease-book.js';
import { ObjectBook } from './object-book.js';
import { Tally } from './tally.js';
import { type Violation, Violations } from './violations.js';

export interface History {
  /** All that was committed, in order. */
  readonly events: readonly Event[];
  readonly answers: readonly Answer[];
  /** That of all sweeps. */
  readonly graceMs: number;
  /** Calls that got no answer: they may or may not have happened. */
  readonly unanswered: number;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly tally: Tally;
}

/** Replays a history from an empty store and judges each of its steps by the promises. */
export function judge({ events, answers, graceMs, unanswered }: History): Verdict {
  const violations = new Violations();
  const tally = new Tally();
  const leases = new LeaseBook(violations, graceMs);
  const objects = new ObjectBook(violations, tally);
  for (const event of events) {
    if (event.noun === 'lease') leases.note(event.op, event.row);
    objects.note(event);
  }
  objects.finish();
  const book = new AnswerBook(violations, events);
  book.judge(answers, unanswered);
  return { violations: violations.found, tally };
}
