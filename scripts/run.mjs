import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './workspace.mjs';

/** The environment of every tool that a script starts: our own binaries first, no telemetry, a usable HOME. */
export function toolEnvironment() {
  /** @type {Record<string, string | undefined>} */
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  env['PATH'] = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  // An empty HOME would make npm and pnpm write relative to the working directory; unset, they ask the system.
  if (env['HOME'] === '') env['HOME'] = undefined;
  return env;
}

/**
 * Runs a command to its end without a terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean }} [options] show: pass the output through instead of collecting it
 * @returns {Promise<{ ok: boolean, seconds: number, output: string }>} output: stdout and stderr as they came
 */
export function run(command, args, { cwd = root, show = false } = {}) {
  const started = process.hrtime.bigint();
  const child = spawn(command, args, {
    cwd,
    env: toolEnvironment(),
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  }
  return new Promise((resolve) => {
    /** @param {boolean} ok */
    const end = (ok) => {
      resolve({ ok, seconds: Number(process.hrtime.bigint() - started) / 1e9, output });
    };
    child.once('error', (error) => {
      output += `${command}: ${error.message}\n`;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
