import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRINTED_DIRECTORY } from './canaries.mjs';

/** What is to be told all that one stream of a child writes, so that the run can look through it for secrets. */
export function printed(child: string): (text: string) => void {
  const directory = process.env[PRINTED_DIRECTORY];
  if (directory === undefined) return () => undefined;
  const file = join(directory, `${child.replace(/\W+/g, '-')}-${randomUUID()}`);
  return (text) => {
    appendFileSync(file, text);
  };
}
