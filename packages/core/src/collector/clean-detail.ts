/** Bytes of UTF-8 that an attempt may leave behind in the store. */
const MAX_DETAIL_BYTES = 1_024;

/** Longer texts are cut to so many UTF-16 units before anything else looks at them: a detail needs no more. */
const MAX_EXAMINED = 4 * MAX_DETAIL_BYTES;

/**
 * Controls (U+0000 among them), line and paragraph separators, and the marks that turn the direction of writing: one
 * blank for each run of them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * Makes text from outside fit for a store, a log line and a terminal: at most 1 KiB of UTF-8, cut between code points,
 * on one line, well formed. An endpoint whose answer held U+0000 would otherwise never be recorded as done, since
 * PostgreSQL refuses that character, and would be called for ever. Cleaning twice changes nothing.
 */
export function cleanDetail(text: string): string {
  const clean = text
    .slice(0, MAX_EXAMINED)
    .replace(UNPRINTABLE, ' ')
    .replace(LONE_SURROGATE, '\ufffd')
    .trim();
  const { read } = new TextEncoder().encodeInto(clean, new Uint8Array(MAX_DETAIL_BYTES));
  return clean.slice(0, read).trimEnd();
}
