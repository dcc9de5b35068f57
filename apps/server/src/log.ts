import type { Clock, LeaseEvent, Observer } from '@lease/core';
import { destination, type Logger, pino } from 'pino';

/** JSON lines on stderr; stdout is for the ready line. Written at once, so that nothing is lost at an exit. */
export function createLog(): Logger {
  return pino({ base: { pid: process.pid } }, destination({ dest: 2, sync: true }));
}

/** A collector without its store fails ten times a second, a dead endpoint fails them all; one line in so long says it. */
const QUIET_MS = 10_000;

/** Beyond so many subjects all may speak again: endpoints are chosen by clients. */
const MAX_SUBJECTS = 1_000;

/** Writes what operators want to know, and no secret: headers, payloads and metadata stay out. */
export function logEvents(log: Logger, clock: Clock): Observer {
  const quietUntilMs = new Map<string, number>();
  const speaksAgain = (subject: string) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < (quietUntilMs.get(subject) ?? 0)) return false;
    if (quietUntilMs.size >= MAX_SUBJECTS) quietUntilMs.clear();
    quietUntilMs.set(subject, nowMs + QUIET_MS);
    return true;
  };
  return (event) => {
    switch (event.type) {
      case 'attempt-ended':
        if (event.outcome === 'fail') logAttempt(log, event, 'cleanup abandoned');
        // A receiver that is down, or a wrong path, would otherwise show only when the attempts are used up.
        else if (event.outcome === 'retry' && speaksAgain(event.claim.endpoint))
          logAttempt(
            log,
            event,
            'cleanup not done, to be tried again: is the receiver up, and the path right?',
          );
        break;
      case 'outcome-stale':
        log.warn({ cleanupId: event.claim.cleanupId, fence: event.claim.fence }, 'outcome came too late');
        break;
      case 'step-failed':
        if (speaksAgain(event.step))
          log.error({ step: event.step, err: event.error }, 'step of the collector failed');
        break;
      // What operators did, for whoever asks later.
      case 'cleanups-retried': {
        const { cleanupIds, filter, staggerMs } = event;
        log.info({ ...some(cleanupIds), filter, staggerMs }, 'cleanups are retried, by an operator’s word');
        break;
      }
      case 'cleanups-forgotten': {
        const { cleanupIds, reason } = event;
        log.warn({ ...some(cleanupIds), reason }, 'cleanups are forgotten, by an operator’s word');
        break;
      }
      case 'collection-paused':
      case 'collection-resumed':
      case 'swept':
        // Pauses, whoever began them, are told by PauseWatch.
        break;
      case 'lease-created':
      case 'lease-renewed':
      case 'lease-released':
      case 'refused':
      case 'cleanups-claimed':
        // Counted by the metrics; a line for each would drown the rest.
        break;
    }
  };
}

/** Of a thousand ids a line shows the first ten; the others are in the store. */
function some(cleanupIds: readonly string[]) {
  return { count: cleanupIds.length, cleanupIds: cleanupIds.slice(0, 10) };
}

function logAttempt(
  log: Logger,
  event: Extract<LeaseEvent, { readonly type: 'attempt-ended' }>,
  message: string,
): void {
  const { claim, abandonReason, statusCode, detail } = event;
  const { cleanupId, object, serviceId, endpoint, attempt } = claim;
  log.warn({ cleanupId, object, serviceId, endpoint, attempt, abandonReason, statusCode, detail }, message);
}
