import { answers, head, says } from './answers.js';
import { httpRow } from './http-rows.js';
import { FIRST_BACKOFF_MS, type HostileRow, MAX_BACKOFF_MS } from './row.js';

const NONE = [0, FIRST_BACKOFF_MS] as const;
const CAPPED = [MAX_BACKOFF_MS, MAX_BACKOFF_MS] as const;

/** An answer whose dates are of the moment in which it is given. */
function inSeconds(seconds: number, withDate: boolean) {
  return (...[socket, port]: Parameters<ReturnType<typeof says>>) => {
    const now = Date.now();
    const date = withDate ? { date: new Date(now).toUTCString() } : {};
    const until = new Date(now + seconds * 1_000).toUTCString();
    says(head(503, { 'content-length': '0', 'retry-after': until, ...date }))(socket, port);
  };
}

const asks = (asked: string, pauseMs: readonly [number, number], status = 503) =>
  httpRow(
    `${status} with Retry-After: ${asked.slice(0, 20)}`,
    'exhausted',
    answers(status, { 'retry-after': asked }),
    {
      pauseMs,
    },
  );

/** Retry-After is honoured up to the longest backoff of the cleanup; what is no Retry-After asks for nothing. */
export const askingRows: readonly HostileRow[] = [
  asks('1', [1_000, MAX_BACKOFF_MS]),
  asks('1', [1_000, MAX_BACKOFF_MS], 429),
  asks('0', NONE),
  asks('1000000000', CAPPED),
  asks('9'.repeat(400), CAPPED),
  asks('-1', NONE),
  asks('1.5', NONE),
  asks('soon', NONE),
  asks('1e3', NONE),
  asks('Fri, 31 Dec 9999 23:59:59 GMT', CAPPED),
  asks('Thu, 01 Jan 1970 00:00:00 GMT', NONE),
  httpRow('503 with a date in 1 s', 'exhausted', inSeconds(1, true), { pauseMs: [1_000, MAX_BACKOFF_MS] }),
  // Whole seconds: up to one less is left.
  httpRow('503 with a date in 3 s, by our clock', 'exhausted', inSeconds(3, false), { pauseMs: CAPPED }),
];
