import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../../../packages/client/test/support/admin-server.js';
import type { Terminal } from '../src/cleanups/shell.js';
import { invoke } from './invoke.js';

let server: AdminServer;

beforeEach(async () => {
  server = await AdminServer.start();
});
afterEach(() => {
  server.kill();
});

const cleanups = (args: readonly string[], terminal?: Terminal) =>
  invoke(['cleanups', ...args, '--timeout', '300ms'], { LEASE_ADDRESS: server.address }, terminal);

/** Calls of that kind are carried out, but only the first is answered. */
function answersOnce(rpc: 'retryCleanups' | 'forgetCleanups'): void {
  let calls = 0;
  server.after = (called) => {
    if (called === rpc && ++calls > 1) throw new Error('the answer is lost');
  };
}

const unanswered = expect.stringMatching(/\nerror: UNAVAILABLE [^\n]*\n$/) as string;

describe('S3: of more cleanups than one call takes, where the second call is not answered,', () => {
  it.each([
    ['retry', [], 'retried', 'retryCleanups'],
    ['forget', ['--reason', 'by hand'], 'forgotten', 'forgetCleanups'],
  ] as const)('%s tells what became of the first, and then exits with 69', async (verb, flags, deed, rpc) => {
    server.add(1_499);
    const ids = ['unknown', ...server.cleanups.keys()];
    answersOnce(rpc);
    const { code, out, err } = await cleanups([verb, ...ids, ...flags]);
    expect([code, out]).toEqual([69, `999 ${deed}\n`]);
    expect(err).toEqual(unanswered);
    expect(err.split('\n').slice(0, 2)).toEqual([
      'error: unknown: refused: CLEANUP_NOT_FOUND',
      'only the first 1000 of 1500 were answered',
    ]);
  });

  it.each([
    ['retry', []],
    ['forget', ['--reason', 'by hand']],
  ] as const)('%s --json does as well', async (verb, flags) => {
    server.add(1_500);
    const ids = [...server.cleanups.keys()];
    answersOnce(verb === 'retry' ? 'retryCleanups' : 'forgetCleanups');
    const { code, out, err } = await cleanups([verb, ...ids, ...flags, '--json']);
    expect(code).toBe(69);
    expect(JSON.parse(out)).toEqual({ results: ids.slice(0, 1_000).map((cleanupId) => ({ cleanupId })) });
    expect(err).toEqual(unanswered);
  });

  it.each([
    ['', [], '600 retried\n', { progress: false }],
    ['--json', ['--json'], '{"retried":600,"skipped":0}\n', { progress: false }],
    ['on a terminal', [], '600 retried\n', { progress: true }],
  ] as const)('retry --all %s tells how many were retried', async (_, flags, told, terminal) => {
    server.add(1_500);
    server.pageSize = 600;
    answersOnce('retryCleanups');
    const { code, out, err } = await cleanups(['retry', '--all', ...flags], terminal);
    expect([code, out]).toEqual([69, told]);
    expect(err).toEqual(unanswered);
    expect(err).toContain('these may not be all: call it again for the others\n');
    expect(err.startsWith('\r600 retried ...\r\u001b[K')).toBe(terminal.progress);
  });
});

it('where the first call is not answered, there is nothing to tell', async () => {
  server.add(1);
  server.after = () => {
    throw new Error('the answer is lost');
  };
  for (const args of [
    ['retry', 'c-000000'],
    ['retry', '--all'],
    ['forget', 'c-000000', '--reason', 'x'],
  ]) {
    const { code, out, err } = await cleanups(args);
    expect([code, out]).toEqual([69, '']);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  }
});
