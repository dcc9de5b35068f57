/** What PostgreSQL keeps of a name; the rest it would cut off silently. */
const MAX_NAME_BYTES = 63;

/** The name as a quoted identifier. Throws a `TypeError` for one that cannot be a schema of ours. */
export function quoteSchema(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > MAX_NAME_BYTES) {
    throw new TypeError(`schema must have 1 to ${MAX_NAME_BYTES} bytes, it has ${bytes}`);
  }
  // A NUL ends every string in the protocol. A dollar could end the body of a function in a migration.
  if (/[\0$]/.test(name)) throw new TypeError('schema must not contain $ or U+0000');
  if (/\p{Surrogate}/u.test(name)) throw new TypeError('schema must be well-formed Unicode');
  // PostgreSQL refuses them as well, but only once it creates one.
  if (name.startsWith('pg_') || name === 'information_schema') {
    throw new TypeError(`schema must not be a name that PostgreSQL reserves: ${name}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
