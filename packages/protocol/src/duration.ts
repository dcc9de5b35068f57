import type { Duration } from './gen/google/protobuf/duration.js';

const MAX_NANOS = 999_999_999;
const MAX_MS = BigInt(Number.MAX_SAFE_INTEGER);

/** A duration in whole milliseconds, or what is wrong with it, as a predicate of the field. */
export type Milliseconds = { readonly ms: number } | { readonly refusal: string };

/**
 * A duration in milliseconds, exactly; a fraction of a millisecond is rounded up, so that a lease lasts at least as long
 * as was asked for. Refused: what is negative, 2^53 ms or more, or no valid Duration.
 */
export function durationToMs({ seconds, nanos }: Duration): Milliseconds {
  if (!Number.isInteger(nanos) || Math.abs(nanos) > MAX_NANOS) {
    return { refusal: `has nanos ${nanos}: -${MAX_NANOS} to ${MAX_NANOS} are allowed` };
  }
  if ((seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    return { refusal: 'has seconds and nanos of different signs' };
  }
  if (seconds < 0n || nanos < 0) return { refusal: 'is negative' };
  // In bigint: seconds go up to 2^63, which no number holds exactly.
  const ms = seconds * 1_000n + BigInt(Math.ceil(nanos / 1_000_000));
  if (ms > MAX_MS) return { refusal: 'is too long: less than 2^53 milliseconds are allowed' };
  return { ms: Number(ms) };
}

/** The inverse of {@link durationToMs}. Throws RangeError for what is no safe integer. */
export function msToDuration(ms: number): Duration {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`no whole number of milliseconds: ${ms}`);
  // A negative one is converted as it stands, and refused by the server with the field's name. `+ 0` turns -0 into 0.
  return { seconds: BigInt(Math.trunc(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 + 0 };
}
