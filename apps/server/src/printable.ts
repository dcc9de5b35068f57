/** What could move the cursor, or reorder, hide or forge a line: Unicode's "other", and its separators of lines. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text from elsewhere as a terminal may show it: services choose ids, and endpoints what they answer. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const hex = (char.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}
