import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { executable } from '../helpers/executable.js';
import {
  aLease,
  eventually,
  httpCleanup,
  RawClient,
  startMock,
  startServer,
  STORAGES,
  type RunningServer,
} from '../helpers/index.js';
import { leaseServer } from './execute.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

const cleanups = (server: RunningServer, ...args: string[]) =>
  leaseServer(['cleanups', ...args], { LEASE_ADDRESS: server.grpc });

interface Listed {
  readonly cleanupId: string;
  readonly state: string;
  readonly abandonReason?: string;
  readonly lastDetail: string;
  readonly nextAttemptTime?: string;
}

async function listed(server: RunningServer, ...flags: string[]): Promise<readonly Listed[]> {
  const { stdout } = await cleanups(server, 'list', '--json', ...flags);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Listed]));
}

/** Asked of the server, since each run of the command starts a process. */
const untilCounted = (client: RawClient, cleanups: object) =>
  eventually(async () => expect((await client.call('GetStats', {})).stats.cleanups).toMatchObject(cleanups));

// What was staggered is waited for: they do so together.
describe.concurrent.each(STORAGES)('an operator and what was abandoned, on %s', (storage) => {
  it(
    'S3: lists it, retries it all with one command, staggered, and sees it collected',
    { timeout: 90_000 },
    async () => {
      await using mock = await startMock();
      await using server = await startServer({ storage });
      using client = new RawClient(server.grpc);
      // Two that a real endpoint refused for good, and two whose path is wrong.
      await mock.script('path /refused: 400\npath /wrong: 404');
      const retry = { max_attempts: 1 };
      const requests = ['/refused', '/refused', '/wrong', '/wrong'].map((path) =>
        aLease({ cleanup: httpCleanup(mock, { path, retry }) }),
      );
      for (const request of requests) {
        await client.call('CreateLease', request);
        await client.call('ReleaseLease', request);
      }
      await untilCounted(client, { abandoned: 4 });
      const abandoned = await listed(server);
      expect(abandoned.map(({ abandonReason }) => abandonReason).sort()).toEqual([
        ...['ENDPOINT_NOT_FOUND', 'ENDPOINT_NOT_FOUND', 'TERMINAL_ANSWER', 'TERMINAL_ANSWER'],
      ]);
      const table = await cleanups(server, 'list', '--reason', 'endpoint-not-found');
      expect([table.code, table.stderr, table.stdout.trimEnd().split('\n').length]).toEqual([0, '', 3]);

      await mock.script('ok');
      const { code, stdout, stderr } = await cleanups(server, 'retry', '--all', '--stagger', '4s');
      expect([code, stdout, stderr]).toEqual([0, '4 retried\n', '']);
      await untilCounted(client, { collected: 4 });
      expect(await listed(server, '--state', 'collected')).toHaveLength(4);
      const again: number[] = [];
      for (const { object } of requests) {
        const calls = await mock.calls(object);
        expect(calls.map(({ body }) => body.attempt)).toEqual([1, 2]);
        expect(new Set(calls.map(({ body }) => body.cleanup_id)).size).toBe(1);
        again.push(Date.parse(calls[1]?.time ?? ''));
      }
      // 0, 1, 2 and 3 s from the retry on, in whatever order.
      const [first = 0, ...others] = again.sort((a, b) => a - b);
      for (const [i, time] of others.entries()) expect(time - first).toBeGreaterThan((i + 1) * 1_000 - 700);
      expect(await cleanups(server, 'list')).toMatchObject({
        code: 0,
        stdout: '',
        stderr: 'no cleanup matches\n',
      });
    },
  );
});

describe('the command line, as a process', () => {
  it('says in one line what is wrong, and exits with what the house says', async () => {
    await using server = await startServer({ storage: 'memory' });
    const unknown = '00000000-0000-4000-8000-000000000000';
    const refused = await cleanups(server, 'show', unknown);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^error: there is no cleanup .*\n$/);
    expect((await cleanups(server, 'retry')).code).toBe(78);
    expect((await cleanups(server, 'list', '--help')).code).toBe(0);
    await server.stop();
    const gone = await cleanups(server, 'state', '--timeout', '500ms');
    expect(gone).toMatchObject({ code: 69, stdout: '' });
    expect(gone.stderr).toMatch(/^error: UNAVAILABLE .*\n$/);
  });

  it('does not mind that its reader has seen enough', async () => {
    await using mock = await startMock({ script: '400' });
    await using server = await startServer({ storage: 'memory' });
    using client = new RawClient(server.grpc);
    // More than a pipe holds.
    const requests = Array.from({ length: 300 }, () => aLease({ cleanup: httpCleanup(mock) }));
    await client.call('BatchCreateLeases', { requests });
    await client.call('BatchReleaseLeases', { requests });
    await untilCounted(client, { abandoned: 300 });
    expect(await listed(server, '--limit', '1000')).toHaveLength(300);
    const child = spawn(process.execPath, [main, 'cleanups', 'list', '--json', '--limit', '1000'], {
      env: { ...process.env, LEASE_ADDRESS: server.grpc },
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, errors]).toEqual([0, '']);
  });
});
