import { databaseName } from '@lease/storage-postgres';
import { echo } from './echo.js';
import type { Kind, Parsed } from './kinds.js';
import { inFile } from './in-file.js';

/** The URL of a PostgreSQL database; empty: none. What is wrong with it is said without its user and password. */
export const databaseUrl: Kind<string> = {
  placeholder: 'url',
  allowed:
    '`postgres://user:password@host:port/database`, with `sslmode`, `sslrootcert`, `host` and `application_name` as parameters',
  parse: (text) => (text === '' ? { value: '' } : parseUrl(text)),
};

/** The URL in the file of that name; empty: none. */
export const databaseUrlFile: Kind<string> = {
  placeholder: 'file',
  allowed: 'a path',
  parse: (path) => (path === '' ? { value: '' } : inFile(path, (text) => parseUrl(text.trim()))),
};

/** PostgreSQL cuts longer names off, and two schemas would be one. */
export const schemaName: Kind<string> = {
  placeholder: 'name',
  allowed: 'up to 63 of `a-z`, `0-9` and `_`, none that PostgreSQL keeps to itself',
  parse: (text) =>
    /^[a-z_][a-z0-9_]{0,62}$/.test(text) && !/^(pg_|information_schema$)/.test(text)
      ? { value: text }
      : {
          flaw: `${echo(text)} is no schema name: up to 63 of a-z, 0-9 and _, and none that PostgreSQL keeps to itself (pg_..., information_schema)`,
        },
};

function parseUrl(url: string): Parsed<string> {
  try {
    databaseName(url);
    return { value: url };
  } catch (error) {
    if (error instanceof TypeError) return { flaw: error.message };
    throw error;
  }
}
