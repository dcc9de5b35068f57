import { closeSync, fsyncSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDirectory } from '../make-directory.js';

/** With less, a store of some size fills the disk within the hour. */
const LITTLE_BYTES = 256 * 1024 * 1024;

/**
 * Makes the data directory if it is not there, and throws if it cannot be written durably. Returns what an operator should know
 * all the same.
 */
export function checkDataDirectory(path: string): readonly string[] {
  makeDirectory(path);
  const directory = resolve(path);
  const probe = join(directory, `.probe-${process.pid}`);
  try {
    const file = openSync(probe, 'w', 0o600);
    try {
      writeSync(file, 'lease');
      fsyncSync(file);
    } finally {
      closeSync(file);
      unlinkSync(probe);
    }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(
      `the data directory ${directory} cannot be written: ${why}; let this user write it (--data-dir)`,
      { cause: error },
    );
  }
  const { bavail, bsize } = statfsSync(directory);
  const freeBytes = bavail * bsize;
  if (freeBytes >= LITTLE_BYTES) return [];
  return [`only ${Math.floor(freeBytes / 1024 / 1024)} MiB are free in ${directory}`];
}
