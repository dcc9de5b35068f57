import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, seededRandom } from '@lease/core/testing';
import { onTestFinished } from 'vitest';
import { SqliteStore } from '../src/index.js';

/** A directory that is gone when the test is. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lease-sqlite-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A store in a directory of its own, the commits that it makes, and the means to open the same file again. */
export function openStore() {
  const path = join(temporaryDirectory(), 'lease.db');
  const clock = new ManualClock();
  const random = seededRandom(1);
  const commits: number[] = [];
  const open = () => SqliteStore.open({ path, clock, random, onCommit: (calls) => commits.push(calls) });
  return { path, clock, commits, store: open(), reopen: open };
}

export const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
