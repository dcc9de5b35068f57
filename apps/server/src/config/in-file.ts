import { readFileSync } from 'node:fs';
import { echo } from './echo.js';
import type { Parsed } from './kinds.js';

/** What the file of that name holds; a flaw names the file, and shows nothing of what is in it. */
export function inFile<T>(path: string, parse: (text: string) => Parsed<T>): Parsed<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return {
      flaw: `${echo(path)} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'no file name'}`,
    };
  }
  const parsed = parse(text);
  return 'value' in parsed ? parsed : { flaw: `in ${echo(path)}: ${parsed.flaw}` };
}
