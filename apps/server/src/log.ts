import type { Clock, LeaseEvent, Observer } from '@lease/core';
import type { Logger } from 'pino';
import { Sampler } from './logging/sampler.js';

/** Writes what operators want to know, and no secret: headers, payloads and metadata stay out. Of a storm it writes a sample. */
export function logEvents(log: Logger, clock: Clock): Observer {
  const sampler = new Sampler(clock);
  return (event) => {
    switch (event.type) {
      case 'attempt-ended':
        logAttempt(log, event, sampler);
        break;
      case 'outcome-stale':
        {
          const { cleanupId, fence } = event.claim;
          const sample = sampler.take('outcome-stale');
          if (sample) log.warn({ cleanupId, fence, ...sample }, 'outcome came too late');
        }
        break;
      case 'step-failed':
        {
          // A collector without its store fails ten times a second.
          const sample = sampler.take('step-failed', event.step, 1);
          if (sample)
            log.error({ step: event.step, err: event.error, ...sample }, 'step of the collector failed');
        }
        break;
      case 'breaker-changed':
        logBreaker(log, event, sampler);
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

/** A probe that fails is no news: the attempt says so itself. */
function logBreaker(
  log: Logger,
  { endpoint, from, to, tripped }: Extract<LeaseEvent, { readonly type: 'breaker-changed' }>,
  sampler: Sampler,
): void {
  const message = from === 'closed' ? OPENED : to === 'closed' ? CLOSED : undefined;
  const sample = message && sampler.take(message, endpoint, 1);
  if (sample === undefined) return;
  const line = { endpoint, tripped, ...sample };
  if (message === OPENED) log.warn(line, message);
  else log.info(line, message);
}

const OPENED = 'endpoint fails: its cleanups wait until a probe is answered';
const CLOSED = 'endpoint answers again: its cleanups go on';

/** Of a thousand ids a line shows the first ten; the others are in the store. */
function some(cleanupIds: readonly string[]) {
  return { count: cleanupIds.length, cleanupIds: cleanupIds.slice(0, 10) };
}

function logAttempt(
  log: Logger,
  { claim, outcome, abandonReason, statusCode, detail }: AttemptEnded,
  sampler: Sampler,
): void {
  const message = ATTEMPT_MESSAGES[outcome];
  const { cleanupId, object, serviceId, endpoint, attempt } = claim;
  if (message === undefined) return;
  const sample = sampler.take(outcome, endpoint, outcome === 'retry' ? 1 : undefined);
  if (sample === undefined) return;
  log.warn(
    { cleanupId, object, serviceId, endpoint, attempt, abandonReason, statusCode, detail, ...sample },
    message,
  );
}

type AttemptEnded = Extract<LeaseEvent, { readonly type: 'attempt-ended' }>;

const ATTEMPT_MESSAGES: Readonly<Partial<Record<AttemptEnded['outcome'], string>>> = {
  fail: 'cleanup abandoned',
  // A receiver that is down, or a wrong path, would otherwise show only when the attempts are used up.
  retry: 'cleanup not done, to be tried again: is the receiver up, and the path right?',
};
