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
  let paused = false;
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
      case 'breaker-changed':
        logBreaker(log, event, speaksAgain);
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

/** A probe that fails is no news: the attempt says so itself. */
function logBreaker(
  log: Logger,
  { endpoint, from, to, tripped }: Extract<LeaseEvent, { readonly type: 'breaker-changed' }>,
  speaksAgain: (subject: string) => boolean,
): void {
  if (from === 'closed' && speaksAgain(`opened ${endpoint}`))
    log.warn({ endpoint, tripped }, 'endpoint fails: its cleanups wait until a probe is answered');
  if (to === 'closed' && speaksAgain(`closed ${endpoint}`))
    log.info({ endpoint, tripped }, 'endpoint answers again: its cleanups go on');
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
