import { readFileSync } from 'node:fs';
import { echo } from './echo.js';
import type { Kind } from './kinds.js';

/** The URL of a PostgreSQL database; empty: none. What is wrong with it is said without a word of it: it holds a password. */
export const databaseUrl: Kind<string> = {
  placeholder: 'url',
  parse: (text) => (text === '' || isDatabaseUrl(text) ? { value: text } : { flaw: NO_URL }),
};

/** The URL in the file of that name; empty: none. */
export const databaseUrlFile: Kind<string> = {
  placeholder: 'file',
  parse: (path) => {
    if (path === '') return { value: '' };
    let url: string;
    try {
      url = readFileSync(path, 'utf8').trim();
    } catch (error) {
      return {
        flaw: `${echo(path)} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'no file name'}`,
      };
    }
    return isDatabaseUrl(url) ? { value: url } : { flaw: `what is in ${echo(path)} ${NO_URL}` };
  },
};

/** PostgreSQL cuts longer names off, and two schemas would be one. */
export const schemaName: Kind<string> = {
  placeholder: 'name',
  parse: (text) =>
    /^[a-z_][a-z0-9_]{0,62}$/.test(text) && !text.startsWith('pg_')
      ? { value: text }
      : {
          flaw: `${echo(text)} is no schema name: up to 63 of a-z, 0-9 and _, not beginning with a digit or pg_`,
        },
};

const NO_URL =
  'is no URL such as postgres://user:password@host:5432/name (not shown: it may hold a password)';

function isDatabaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'postgres:' || protocol === 'postgresql:') && hostname !== '';
}
