import type { Clock, LeaseEvent, Observer } from '@lease/core';
import { destination, type Logger, pino } from 'pino';

/** JSON lines on stderr; stdout is for the ready line. Written at once, so that nothing is lost at an exit. */
export function createLog(): Logger {
  return pino({ base: { pid: process.pid } }, destination({ dest: 2, sync: true }));
}

/** A collector without its store fails ten times a second; one line in so long says it. */
const QUIET_MS = 10_000;

/** Writes what operators want to know, and no secret: headers, payloads and metadata stay out. */
export function logEvents(log: Logger, clock: Clock): Observer {
  const quietUntilMs = new Map<string, number>();
  let paused = false;
  const speaksAgain = (subject: string) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < (quietUntilMs.get(subject) ?? 0)) return false;
    quietUntilMs.set(subject, nowMs + QUIET_MS);
    return true;
  };
  return (event) => {
    switch (event.type) {
      case 'attempt-ended':
        logAttempt(log, event);
        break;
      case 'outcome-stale':
        log.warn({ cleanupId: event.claim.cleanupId, fence: event.claim.fence }, 'outcome came too late');
        break;
      case 'step-failed':
        if (speaksAgain(event.step))
          log.error({ step: event.step, err: event.error }, 'step of the collector failed');
        break;
      case 'swept': {
        const pausedNow = event.report.status === 'paused';
        if (pausedNow !== paused) log.warn(pausedNow ? 'expiry is paused' : 'expiry goes on');
        paused = pausedNow;
        break;
      }
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

function logAttempt(log: Logger, event: Extract<LeaseEvent, { readonly type: 'attempt-ended' }>): void {
  const { claim, outcome, abandonReason, statusCode, detail } = event;
  if (outcome !== 'fail') return;
  const { cleanupId, object, serviceId, endpoint, attempt } = claim;
  log.warn(
    { cleanupId, object, serviceId, endpoint, attempt, abandonReason, statusCode, detail },
    'cleanup abandoned',
  );
}
