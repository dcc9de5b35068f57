import type { IncomingHttpHeaders } from 'node:http';
import type { Instant } from '../clock/clock.js';
import { httpDate } from './calendar.js';

/**
 * How long the endpoint asks us to wait, in milliseconds; unset if it does not say, or says it unintelligibly. A date is
 * measured against the answer's own `Date`, so that the endpoint's clock need not agree with ours (`wallMs`), which
 * stands in when there is none.
 */
export function retryAfterMs(headers: IncomingHttpHeaders, wallMs: Instant): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const until = httpDate(text);
  if (until === undefined) return undefined;
  return Math.max(0, until - (httpDate(headers.date ?? '') ?? wallMs));
}
