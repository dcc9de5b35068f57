const MAX_ECHO_CHARS = 64;
const ELLIPSIS = '...';

/** What could end the quotation, or reorder, hide or forge a line where it is shown: all of Unicode's "other", too. */
const UNSAFE = /["\\\p{C}\p{Zl}\p{Zp}]/u;

/**
 * Input as it may stand in a message or a log line: quoted, with at most 64 characters between the quotes, escapes
 * included. Reads no more of the input than it shows.
 */
export function echo(input: string): string {
  let shown = '';
  let cut = '';
  for (const char of input) {
    const next = shown + (UNSAFE.test(char) ? escape(char) : char);
    if (next.length > MAX_ECHO_CHARS) return `"${cut}${ELLIPSIS}"`;
    shown = next;
    if (shown.length <= MAX_ECHO_CHARS - ELLIPSIS.length) cut = shown;
  }
  return `"${shown}"`;
}

function escape(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
