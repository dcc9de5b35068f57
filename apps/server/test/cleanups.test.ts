import { createServer } from 'node:net';
import { once } from 'node:events';
import type { Cleanup, CollectionState } from '@lease/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Terminal } from '../src/cleanups/shell.js';
import { create, type Endpoint, endpoint, milliseconds, type Running, running } from './running.js';
import { invoke } from './invoke.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

let lease: Running;
let receiver: Endpoint;
let status = 400;
let made = 0;

beforeAll(async () => {
  receiver = await endpoint((response) => {
    response.statusCode = status;
    response.end('\u001b[31mno such bucket\n');
  });
});
afterAll(() => receiver[Symbol.asyncDispose]());

beforeEach(async () => {
  status = 400;
  lease = await running();
  return () => lease[Symbol.asyncDispose]();
});

/** Runs `lease-server cleanups ...` against the server of the test. */
const cleanups = (args: string, terminal?: Terminal) =>
  invoke(['cleanups', ...args.split(' ')], { LEASE_ADDRESS: lease.server.admin ?? '' }, terminal);

/** Makes cleanups that the endpoint refuses for good; returns their ids. */
async function abandon(count: number): Promise<readonly string[]> {
  const before = (await listed()).length;
  for (let n = 0; n < count; n += 1) {
    made += 1;
    await lease.release(await lease.create(create(`o-${made}`, milliseconds(60_000), receiver.url)));
  }
  return vi.waitFor(async () => {
    const found = await listed();
    expect(found).toHaveLength(before + count);
    return found.slice(before).map(({ cleanupId }) => cleanupId);
  });
}

async function listed(flags = ''): Promise<readonly Cleanup[]> {
  const { out } = await cleanups(`list --json ${flags}`.trimEnd());
  return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Cleanup]));
}

describe('cleanups list', () => {
  it('shows what was abandoned as a table, and no control characters', async () => {
    const [id = ''] = await abandon(1);
    const { code, out, err } = await cleanups('list');
    expect([code, err]).toEqual([0, '']);
    const [titles = '', row = '', ...rest] = out.split('\n');
    expect(rest).toEqual(['']);
    expect(titles).toMatch(/^CLEANUP +STATE +REASON +SERVICE +OBJECT +ENDPOINT +ATTEMPTS +SINCE +DETAIL$/);
    expect(row).toMatch(/^[0-9a-f-]{36} {2}abandoned {2}terminal-answer {2}service-a {2}blob\/o-\d+ +http/);
    expect(row.startsWith(id)).toBe(true);
    expect(row).toContain('no such bucket');
    expect(row).not.toContain('\u001b');
    expect(row.indexOf('terminal-answer')).toBe(titles.indexOf('REASON'));
  });

  it('is cut to the width of the terminal', async () => {
    await abandon(1);
    const { out } = await cleanups('list', { columns: 60, progress: false });
    for (const line of out.trimEnd().split('\n')) expect(line).toHaveLength(60);
  });

  it('--json: a line for each, instants in ISO 8601', async () => {
    const [id] = await abandon(2);
    const found = await listed();
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      ...{ cleanupId: id, state: 'ABANDONED', abandonReason: 'TERMINAL_ANSWER', serviceId: 'service-a' },
      ...{ attempts: 1, targetKind: 'HTTP', endTime: expect.stringMatching(/^\d{4}-.*Z$/) as string },
    });
  });

  it('filters, and says so when nothing matches', async () => {
    await abandon(1);
    const origin = new URL(receiver.url).origin;
    expect(await listed(`--service service-a --type blob --endpoint ${origin}`)).toHaveLength(1);
    expect(await listed('--reason terminal-answer --state pending')).toHaveLength(1);
    for (const flags of ['--service x', '--type x', '--endpoint x', '--reason claim-lost', '--state due'])
      expect(await cleanups(`list ${flags}`)).toMatchObject({
        code: 0,
        out: '',
        err: 'no cleanup matches\n',
      });
  });

  it('shows as many as the limit says, and that there are more', async () => {
    await abandon(3);
    const { out, err } = await cleanups('list --limit 2');
    expect(out.trimEnd().split('\n')).toHaveLength(3);
    expect(err).toBe('there are more than 2: see --limit\n');
    expect((await cleanups('list --limit 3')).err).toBe('');
  });
});

describe('cleanups show', () => {
  it('shows the cleanup and its history', async () => {
    const [id = ''] = await abandon(1);
    const { code, out } = await cleanups(`show ${id}`);
    expect(code).toBe(0);
    expect(out).toContain(`cleanup:       ${id}\n`);
    expect(out).toContain('state:         abandoned (terminal-answer)\n');
    expect(out).toMatch(
      /\nATTEMPT +OUTCOME +STARTED +DURATION +STATUS +REPLICA +DETAIL\n1 +fail +\d{4}-.*Z +\d+ms +400 +[0-9a-f-]{36} /,
    );
    expect(out).not.toContain('\u001b');
    const document = JSON.parse((await cleanups(`show ${id} --json`)).out) as { cleanup: Cleanup };
    expect(document).toMatchObject({
      ...{ cleanup: { cleanupId: id }, attempts: [{ attempt: 1, outcome: 'FAIL', statusCode: 400 }] },
    });
  });

  it.each([
    [UNKNOWN, 1, `error: there is no cleanup ${UNKNOWN}: it never was, or it ended and was pruned\n`],
    ['nope', 78, 'error: cleanup_id is "nope": a UUID is needed\n'],
  ])('%s exits with %i and one line', async (id, code, err) => {
    expect(await cleanups(`show ${id}`)).toMatchObject({ code, out: '', err });
  });
});

describe('cleanups retry', () => {
  it('S3: retries those named, names each that was refused, and exits with 1 then', async () => {
    const [first = '', second = ''] = await abandon(2);
    status = 200;
    const partly = await cleanups(`retry ${first} ${UNKNOWN}`);
    expect(partly).toMatchObject({ code: 1, out: '1 retried\n' });
    expect(partly.err).toMatch(new RegExp(`^error: ${UNKNOWN}: there is no cleanup [^\n]*\n$`));
    await vi.waitFor(async () => expect(await listed('--state collected')).toHaveLength(1));
    const again = await cleanups(`retry ${first} --json`);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toMatchObject({
      results: [{ cleanupId: first, error: { reason: 'CLEANUP_NOT_ABANDONED' } }],
    });
    expect(await cleanups(`retry ${second}`)).toMatchObject({ code: 0, out: '1 retried\n', err: '' });
  });

  it('S3: --all retries everything, staggered, and shows on a terminal how far it is', async () => {
    const ids = await abandon(5);
    const { code, out, err } = await cleanups('retry --all --stagger 10m', { progress: true });
    expect([code, out]).toEqual([0, '5 retried\n']);
    expect(err).toBe('\r5 retried ...\r\u001b[K');
    // The first is due at once, and fails again; the others wait their turn, two minutes apart.
    await vi.waitFor(async () => expect(await listed()).toHaveLength(1));
    const waiting = await listed('--state due');
    expect(waiting).toHaveLength(4);
    const dues = waiting.map(({ nextAttemptTime = '' }) => Date.parse(String(nextAttemptTime))).sort();
    expect(dues.slice(1).map((due, i) => due - (dues[i] ?? 0))).toEqual([120_000, 120_000, 120_000]);
    expect(new Set([...waiting, ...(await listed())].map(({ cleanupId }) => cleanupId))).toEqual(
      new Set(ids),
    );
  });

  it('--all takes filters and a limit', async () => {
    await abandon(3);
    status = 200;
    expect(await cleanups('retry --all --service nobody')).toMatchObject({ code: 0, out: '0 retried\n' });
    expect((await cleanups('retry --all --service service-a --limit 2 --json')).out).toBe(
      '{"retried":2,"skipped":0}\n',
    );
    await vi.waitFor(async () => expect(await listed('--state collected')).toHaveLength(2));
    expect(await listed()).toHaveLength(1);
  });

  it.each([
    ['retry', /give the ids of cleanups, or --all/],
    [`retry --all ${UNKNOWN}`, /ids and --all are both given/],
    [`retry ${UNKNOWN} --service x`, /filters and --limit go with --all/],
    ['retry --all --stagger 25h', /25h is not within 0ms to 24h/],
    ['retry --all --limit 0', /0 is not within 1 to 1000/],
    ['retry --all --reason bored', /none of attempts-exhausted/],
    ['forget --reason x', /missing required argument 'id'/],
    [`forget ${UNKNOWN}`, /required option '--reason <text>'/],
    ['pause', /required option '--for <duration>'/],
    ['pause --for 999ms', /999ms is not within 1s to 168h/],
    ['list --state gone', /none of abandoned/],
    ['list --limit -1', /-1/],
    ['list --bogus', /unknown option '--bogus'/],
    ['list more', /too many arguments/],
    ['list --tls --insecure', /either tls or insecure/],
    ['list --tls-cert /no/such', /--tls-cert: "\/no\/such" cannot be read: ENOENT/],
    ['list --address nowhere', /must read host:port/],
    // As a shell makes of `--endpoint "$UNSET"`: not all endpoints.
    ['retry --all --endpoint ', /endpoint must not be empty/],
    ['retry --all --limit 1 --type ', /object_type must not be empty/],
    ['list --timeout 2h', /2h is not within 1ms to 1h/],
    ['drop', /unknown command 'drop'/],
  ])('%s is bad usage: 78, and one line', async (args, message) => {
    const { code, out, err } = await cleanups(args);
    expect([code, out]).toEqual([78, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('cleanups forget', () => {
  it('S6: drops with a reason, the same again gets the same, and names what it cannot', async () => {
    const [id = ''] = await abandon(1);
    expect(await cleanups(`forget ${id} --reason by-hand`)).toMatchObject({ code: 0, out: '1 forgotten\n' });
    const again = await cleanups(`forget ${id} ${UNKNOWN} --reason again`);
    expect(again).toMatchObject({ code: 1, out: '1 forgotten\n' });
    expect(again.err).toContain(UNKNOWN);
    expect((await cleanups(`show ${id}`)).out).toContain('forgotten for: by-hand\n');
    const refused = await invoke(['cleanups', 'forget', id, '--reason', 'a\u0007'], {
      LEASE_ADDRESS: lease.server.grpc,
    });
    expect(refused).toMatchObject({
      code: 78,
      err: expect.stringContaining('reason holds a control') as string,
    });
  });
});

describe('cleanups pause, resume, state', () => {
  it('S14: stop and go, with the operator’s words', async () => {
    expect((await cleanups('state')).out).toMatch(/^collection goes on\nlast sweep: \d{4}-.*Z\n$/);
    const paused = await cleanups('pause --for 10m --note moving');
    expect(paused.out).toMatch(
      /^paused until .*Z, nothing expires and nothing is collected: .* \(moving\)\n/,
    );
    const state = JSON.parse((await cleanups('state --json')).out) as CollectionState;
    expect(state.pauses).toMatchObject([{ reason: 'OPERATOR', note: 'moving' }]);
    expect((await cleanups('resume')).out).toMatch(/^collection goes on\n/);
  });
});

describe('a server that is not there', () => {
  it('exits with 69, and one line that says what to do', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    squatter.close();
    const { code, out, err } = await cleanups(`list --address 127.0.0.1:${port} --timeout 300ms`);
    expect([code, out]).toEqual([69, '']);
    expect(err).toMatch(/^error: UNAVAILABLE .*is lease-server running there\?\n$/);
  });

  it('or serves leases only, exits with 69, and says where to look', async () => {
    await using other = await running({ adminListen: { host: '127.0.0.1', port: 0 } });
    const { code, err } = await cleanups(`list --address ${other.server.grpc}`);
    expect(code).toBe(69);
    expect(err).toMatch(/^error: no CleanupAdminService is served there: [^\n]*\n$/);
  });
});
