import { ATTEMPTS, type End, HANGING_MS, type HostileEndpoint, type HostileRow } from './row.js';

/**
 * For a timer to be heard, and a socket to be closed, on a machine that runs ten times as much as it has cores for: there a
 * second has taken five. The report says how long it took.
 */
const SLACK_MS = 7_000;
/** From the end of a pause to the attempt: nobody waits for a Retry-After of a century. */
const LATE_MS = 10_000;
/** Each process reads the clock for itself, to the millisecond. */
const ROUNDING_MS = 2;
/** What the kernel's buffers of both sides take of an answer without an end, and nobody reads. */
const MAX_WRITTEN = 16 * 1_024 * 1_024;

const ATTEMPTS_BY_END: Readonly<Record<End, number>> = {
  collected: 1,
  terminal: 1,
  exhausted: ATTEMPTS,
  'not-found': ATTEMPTS,
  unreached: 0,
};

/** What the endpoint saw that it should not have seen, once its cleanups are over. */
export function judgeRow(
  { name, end, hangs, drops, pauseMs }: HostileRow,
  endpoint: HostileEndpoint,
  objectIds: readonly string[],
): readonly string[] {
  const violations: string[] = [];
  const wanted = ATTEMPTS_BY_END[end];
  for (const id of objectIds) {
    const arrivals = endpoint.arrivals.get(id) ?? [];
    // On a machine that is busy beyond measure, an attempt has timed out before the endpoint had read it.
    const isMissed = drops || hangs ? wanted > 0 && arrivals.length < 1 : arrivals.length < wanted;
    if (isMissed || arrivals.length > wanted)
      violations.push(`F9: ${name}: ${arrivals.length} attempts, not ${wanted}`);
    const [first, second] = arrivals;
    if (pauseMs === undefined || first === undefined || second === undefined) continue;
    const waitedMs = second - first;
    if (waitedMs < pauseMs[0] - ROUNDING_MS || waitedMs > pauseMs[1] + LATE_MS)
      violations.push(
        `F9: ${name}: tried again after ${waitedMs.toFixed(0)} ms, not ${pauseMs.join(' to ')}`,
      );
  }
  const { strays, longestMs, bytesWritten } = endpoint;
  if (strays > 0) violations.push(`F9: ${name}: ${strays} calls that are no callback`);
  if (hangs && longestMs > HANGING_MS + SLACK_MS)
    violations.push(
      `F9: ${name}: an attempt of ${HANGING_MS} ms held its socket for ${longestMs.toFixed(0)} ms`,
    );
  const most = MAX_WRITTEN * Math.max(1, wanted) * objectIds.length;
  if (bytesWritten > most) violations.push(`F9: ${name}: ${bytesWritten} bytes of its answers were taken`);
  return violations;
}
