import { closeSync, openSync, readSync } from 'node:fs';
import { echo } from './echo.js';
import type { Parsed } from './kinds.js';

/** Reads no more than `maxBytes`, also of what has no end. What is wrong is said as an error may show it. */
export function readSmallFile(path: string, maxBytes: number): Parsed<string> {
  let bytes: Buffer;
  try {
    bytes = readAtMost(path, maxBytes + 1);
  } catch (error) {
    // Not its message, which quotes the path whole.
    const why = (error as NodeJS.ErrnoException).code ?? 'no file name';
    return { flaw: `${echo(path)} cannot be read: ${why}` };
  }
  if (bytes.length > maxBytes) return { flaw: `${echo(path)} is longer than ${maxBytes / 1_024} KiB` };
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { flaw: `${echo(path)} is not UTF-8` };
  }
}

function readAtMost(path: string, maxBytes: number): Buffer {
  const buffer = Buffer.alloc(maxBytes);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      // Pipes give what they have: it ends when a read brings nothing.
      const read = readSync(file, buffer, length, maxBytes - length, null);
      length += read;
      if (read === 0 || length === maxBytes) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
