import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and what is missing above it, for this user alone. Not mkdir's own `recursive`: where the system
 * answers ENOENT for a directory that cannot be made, as beneath /proc, Node 20 tries for ever.
 */
export function makeDirectory(path: string): void {
  const directory = resolve(path);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !isDirectory(dirname(directory))) {
      makeDirectory(dirname(directory));
      mkdirSync(directory, { mode: 0o700 });
    } else if (!isDirectory(directory)) {
      const why = codeOf(error) === 'EEXIST' ? 'it is there, and no directory' : String(codeOf(error));
      throw new Error(`the data directory ${directory} cannot be made: ${why} (--data-dir)`, {
        cause: error,
      });
    }
  }
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
