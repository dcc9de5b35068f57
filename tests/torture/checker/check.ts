import type { History } from '../history.js';
import { brokenByAttempts } from './attempts.js';
import { brokenByCallbacks } from './callbacks.js';
import { brokenByClaims } from './claims.js';
import { brokenByClasses } from './classes.js';
import { brokenByEndings } from './endings.js';
import { brokenByHolds } from './holds.js';
import { brokenByPauses } from './pauses.js';
import { brokenByRefusals } from './refusals.js';
import { brokenByRest } from './rest.js';
import { brokenByTerms } from './terms.js';
import { brokenByTotals } from './totals.js';
import { type LeaseRecord, recordsOf } from './lease-record.js';
import { brokenByAnswers } from './answers.js';
import { isLinearizable } from './register.js';
import { StoreClock } from './store-clock.js';

/**
 * What is wrong with a history, each with the promise that it breaks. Empty: all were kept. It always decides: an operation
 * without an answer is taken as done at any moment from its beginning on, and as never done, whichever fits.
 */
export function check(history: History): readonly string[] {
  const clock = new StoreClock(history.clockSteps);
  const records = recordsOf(history);
  return [
    ...records.flatMap((record) => [
      ...brokenByAnswers(record, history, clock),
      ...brokenByTerms(record, clock),
      ...brokenByRefusals(record, history, clock),
    ]),
    ...records.filter((record) => !isLinearizable(record)).map(describe),
    ...brokenByRest(records),
    ...brokenByCallbacks(history, records, clock),
    ...brokenByAttempts(history),
    ...brokenByClaims(history, clock),
    ...brokenByEndings(history, clock),
    ...brokenByClasses(history),
    ...brokenByPauses(history, clock),
    ...brokenByHolds(history, records),
    ...brokenByTotals(history),
  ];
}

/** The whole story: there is no single answer to blame. */
function describe({ leaseId, operations, row }: LeaseRecord): string {
  const story = operations.map(({ verb, sentMs, doneMs, answer, disposition }) => {
    const said =
      answer.kind === 'ok'
        ? `${answer.lease.state} after ${answer.lease.renewals} renewals${answer.replayed ? ', replayed' : ''}`
        : `${answer.kind} ${answer.kind === 'refused' ? answer.reason : answer.code}`;
    return `${verb} ${disposition ?? ''} [${Math.round(sentMs)}, ${Math.round(doneMs)}]: ${said}`;
  });
  const end = row ? `${row.state} after ${row.renewals} renewals` : 'no row';
  return `S3: no order explains the answers about lease ${leaseId}: ${story.join('; ')}; at rest: ${end}`;
}
