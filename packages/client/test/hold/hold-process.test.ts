import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusedAs, ScriptedServer } from '../support/scripted-server.js';

const holder = fileURLToPath(new URL('../support/processes/holder.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));

let server: ScriptedServer;
beforeEach(async () => {
  server = await ScriptedServer.start();
});
afterEach(() => server.kill());

/** Runs the holder to its end; a test that waits for ever fails by its timeout. */
function hold(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', holder, server.address], { cwd: root });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

it('a hold does not keep its process alive', async () => {
  await expect(hold()).resolves.toEqual({ code: 0, output: 'held' });
});

it('a call does, also while it waits to be retried', async () => {
  let refusals = 0;
  server.before = () => {
    if ((refusals += 1) <= 5) throw refusedAs('STORE_UNAVAILABLE', { retryAfterMs: 100 });
  };
  await expect(hold()).resolves.toEqual({ code: 0, output: 'held' });
  expect(refusals).toBe(6);
});
