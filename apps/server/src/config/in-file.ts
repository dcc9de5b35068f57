import { echo } from './echo.js';
import type { Parsed } from './kinds.js';
import { readSmallFile } from './read-small-file.js';

/** The authorities that a system trusts take a quarter of it. */
const MAX_FILE_BYTES = 1_024 * 1_024;

/** What the file of that name holds; a flaw names the file, and shows nothing of what is in it. */
export function inFile<T>(path: string, parse: (text: string) => Parsed<T>): Parsed<T> {
  const file = readSmallFile(path, MAX_FILE_BYTES);
  if ('flaw' in file) return file;
  const parsed = parse(file.value);
  return 'value' in parsed ? parsed : { flaw: `in ${echo(path)}: ${parsed.flaw}` };
}
