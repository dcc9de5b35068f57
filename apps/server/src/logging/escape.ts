import { printable } from '../printable.js';

/** The text without what could forge a line, but for its own lines and tabs: stacks have them. */
export function escapeText(text: string): string {
  return text.replace(/[^\t\n]+/g, printable);
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
