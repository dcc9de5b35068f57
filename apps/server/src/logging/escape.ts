/**
 * What a terminal or a log viewer would act on: controls but tab and line feed, line and paragraph separators, marks that turn
 * the direction of writing, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with such characters written out as `\u001b`. A name from outside must not move the cursor, or look like another line. */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\t' || character === '\n'
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Nothing that is logged is deeper; a value that is would cost more than it tells. */
const MAX_DEPTH = 5;

/** The same for every text within a value. */
export function escapeAll(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return escapeText(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((each) => escapeAll(each, depth + 1));
  // Errors and the like are for their serializers.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [escapeText(key), escapeAll(each, depth + 1)]),
  );
}
