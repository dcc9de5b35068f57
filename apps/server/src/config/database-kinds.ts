import { databaseName } from '@lease/storage-postgres';
import { echo } from './echo.js';
import type { Kind } from './kinds.js';
import { readSmallFile } from './read-small-file.js';

const MAX_URL_BYTES = 64 * 1_024;

/** The URL of a PostgreSQL database; empty: none. What is wrong with it is said without its user and password. */
export const databaseUrl: Kind<string> = {
  placeholder: 'url',
  allowed:
    '`postgres://user:password@host:port/database`, with `sslmode`, `sslrootcert`, `host` and `application_name` as parameters',
  parse: (text) => {
    const flaw = text === '' ? undefined : flawOf(text);
    return flaw === undefined ? { value: text } : { flaw };
  },
};

/** The URL in the file of that name; empty: none. */
export const databaseUrlFile: Kind<string> = {
  placeholder: 'file',
  allowed: 'a path',
  parse: (path) => {
    if (path === '') return { value: '' };
    const file = readSmallFile(path, MAX_URL_BYTES);
    if ('flaw' in file) return file;
    const url = file.text.trim();
    const flaw = flawOf(url);
    return flaw === undefined ? { value: url } : { flaw: `in ${echo(path)}: ${flaw}` };
  },
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

function flawOf(url: string): string | undefined {
  try {
    databaseName(url);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
