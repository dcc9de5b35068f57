/* eslint-disable no-restricted-globals -- calendar arithmetic on given instants: `Date` is never asked for the time */
import type { Instant } from '../clock/clock.js';

/** `2026-01-31T23:59:59.999Z` */
export function isoText(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** The one form that RFC 9110 lets a sender write; the two obsolete ones have no zone or no century. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The instant of an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT`; unset if it is none. */
export function httpDate(text: string): Instant | undefined {
  const instant = IMF_FIXDATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
