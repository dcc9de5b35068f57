import type { SqlValue } from './database.js';

/** The value as PostgreSQL reads it, or null. Throws a `TypeError` for what is no `SqlValue`. */
export function encodeValue(value: SqlValue): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) return `{${value.map(encodeElement).join(',')}}`;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      throw new TypeError(`a value of a statement must not be of type ${typeof value}`);
  }
}

function encodeElement(value: SqlValue): string {
  const text = encodeValue(value);
  if (text === null) return 'NULL';
  // Numbers and booleans need no quotes, and they are most of what the batches carry.
  if (typeof value !== 'string') return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
