import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
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
 * @param {{ cwd?: string, keep?: string, env?: Record<string, string> }} [options] keep: show the output as it comes, and write
 *   it to the file of that name instead of collecting it; env: on top of the tools' own
 * @returns {Promise<{ ok: boolean, seconds: number, output: string }>} output: stdout and stderr as they came
 */
export function run(command, args, { cwd = root, keep, env = {} } = {}) {
  const started = process.hrtime.bigint();
  const child = spawn(command, args, {
    cwd,
    // A tool that writes into a pipe takes it for no terminal.
    env: {
      ...toolEnvironment(),
      ...(keep !== undefined && process.stdout.isTTY && { FORCE_COLOR: '1' }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const [stream, shown, suffix] of /** @type {const} */ ([
    [child.stdout, process.stdout, 'stdout'],
    [child.stderr, process.stderr, 'stderr'],
  ])) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      if (keep === undefined) output += text;
      else {
        shown.write(text);
        appendFileSync(`${keep}-${suffix}`, text);
      }
    });
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
