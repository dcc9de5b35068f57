// Outlives the process that started it by a moment: when that is gone, however it went, its PostgreSQL goes too, and
// the directory. `node guard.mjs DIRECTORY`, with a pipe as standard input that nobody else holds.
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { familyOf, isAlive, signalAll } from './family.mjs';

const directory = process.argv[2] ?? '';

function postmaster() {
  try {
    return Number(readFileSync(join(directory, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

process.stdin.resume();
await once(process.stdin, 'close');
const pid = postmaster();
if (pid) {
  const family = familyOf(pid);
  // SIGKILL, since others wait while a process is stopped.
  signalAll(family, 'SIGKILL');
  while (family.some(isAlive)) await delay(20);
}
rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
