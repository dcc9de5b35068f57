import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { Child, type ChildOptions } from './child.js';

/** What the test file started, in that order. */
const children = new Set<Child>();
const directories = new Set<string>();

/** A child that ends with the test file at the latest, and whose output is shown with a test that fails. */
export function startChild(options: ChildOptions): Child {
  const child = new Child(options);
  children.add(child);
  return child;
}

/** A directory that is removed with the test file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lease-test-'));
  directories.add(directory);
  return directory;
}

// These two run for each test file that imports the harness: vitest loads it anew for every one.
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const { name, pid, running, output } of children) {
    console.error(`--- ${name} (pid ${pid ?? 'none'}, ${running ? 'running' : 'ended'})\n${output}`);
  }
});

afterAll(async () => {
  await Promise.all([...children].map((child) => child.kill('SIGKILL')));
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
