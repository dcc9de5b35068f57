import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { executable } from '../helpers/executable.js';
import { printed } from '../helpers/printed.js';

export interface Execution {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const leaseServerMain = executable(import.meta.resolve('@lease/server/package.json'));
const bufMain = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');

/** Runs a script with this Node, until it ends. */
export function execute(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<Execution> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      printed('execution')(`${stdout}\n${stderr}`);
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Runs `lease-server` until it ends. `env`: on top of this process's. */
export function leaseServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Execution> {
  return execute([leaseServerMain, ...args], { env: { ...process.env, ...env } });
}

/** Runs `buf curl`, which learns the contract from the server alone, by reflection. */
export function bufCurl(...args: string[]): Promise<Execution> {
  return execute([bufMain, 'curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args]);
}

/** A reading of a lease as buf shows it: names in camel case, int64 as text. */
export interface Answer {
  readonly lease: { readonly leaseId: string; readonly state: string; readonly expireTime: string };
  readonly [field: string]: unknown;
}

/** Calls LeaseService by `buf curl`, and expects an answer. */
export async function call(address: string, method: string, request: object): Promise<Answer> {
  const url = `http://${address}/lease.v1.LeaseService/${method}`;
  const { code, stdout, stderr } = await bufCurl(url, '-d', JSON.stringify(request));
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer;
}
