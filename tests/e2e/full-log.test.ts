import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { executable } from '../helpers/executable.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));
const FREE = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];

it.each(['json', 'pretty'])(
  'a server whose %s log cannot be written serves on, and ends cleanly',
  async (format) => {
    const full = openSync('/dev/full', 'w');
    const server = spawn(
      process.execPath,
      [main, 'serve', '--storage', 'memory', '--log-format', format, '--log-level', 'debug', ...FREE],
      { stdio: ['ignore', 'pipe', full] },
    );
    closeSync(full);
    onTestFinished(() => void server.kill('SIGKILL'));
    const exit = once(server, 'exit');
    if (server.stdout === null) throw new Error('its stdout is a pipe');
    const [line] = (await Promise.race([once(createInterface(server.stdout), 'line'), exit])) as [unknown];
    const { msg, http } = JSON.parse(String(line)) as { msg: string; http: string };
    expect(msg).toBe('ready');
    for (let n = 0; n < 20; n += 1) {
      expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
    }
    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  },
);
