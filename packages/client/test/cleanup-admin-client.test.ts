import * as wire from '@lease/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Cleanup,
  CleanupAdminClient,
  LeaseError,
  type ListCleanups,
  PartlyDoneError,
  type RetryProgress,
} from '../src/index.js';
import { systemRuntime } from '../src/system-runtime.js';
import { abandoned, AdminServer } from './support/admin-server.js';

/** Begins with the first address. */
const runtime = { ...systemRuntime, random: { ...systemRuntime.random, next: () => 0 } };

let server: AdminServer;
let admin: CleanupAdminClient;

beforeEach(async () => {
  server = await AdminServer.start();
  admin = new CleanupAdminClient({ address: server.address }, runtime);
});

afterEach(() => {
  admin.close();
  server.kill();
});

async function all(listing: AsyncIterable<Cleanup>): Promise<Cleanup[]> {
  const found: Cleanup[] = [];
  for await (const cleanup of listing) found.push(cleanup);
  return found;
}

describe('looking', () => {
  it('lists every page, with the filter in each request', async () => {
    server.add(250);
    const filter: ListCleanups = {
      ...{ serviceId: 's', objectType: 'blob', endpoint: 'http://a:1' },
      state: 'ABANDONED',
      abandonReason: 'CLAIM_LOST',
    };
    expect(await all(admin.list(filter))).toHaveLength(250);
    const requests = server.requests<wire.ListCleanupsRequest>('listCleanups');
    expect(requests.map(({ pageToken }) => pageToken)).toEqual(['', 'c-000099', 'c-000199']);
    for (const request of requests)
      expect(request).toMatchObject({
        ...{ serviceId: 's', objectType: 'blob', endpoint: 'http://a:1', pageSize: 0 },
        ...{ state: wire.CleanupState.ABANDONED, abandonReason: wire.AbandonReason.CLAIM_LOST },
      });
  });

  it.each([{ serviceId: '' }, { objectType: '' }, { endpoint: '' }])(
    'refuses an empty filter, which would match everything: %o',
    async (filter) => {
      server.add(1);
      const refusal = { code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' };
      const message = expect.stringMatching(/must not be empty/) as string;
      await expect(all(admin.list(filter))).rejects.toMatchObject({ ...refusal, message });
      await expect(admin.retry({ filter })).rejects.toMatchObject({ ...refusal, message });
      await expect(admin.retryAll(filter)).rejects.toMatchObject({ ...refusal, message });
      expect(server.requests('retryCleanups')).toEqual([]);
    },
  );

  it('reads a cleanup as it is, without what is not set', async () => {
    server.cleanups.set('a', abandoned({ cleanupId: 'a', attempts: 3, lastDetail: 'no' }));
    expect(await admin.get('a')).toEqual({
      ...{ cleanupId: 'a', object: { type: 'blob', id: 'b-1' }, generation: 1_700_000_000_000_001 },
      ...{ state: 'ABANDONED', reason: 'EXPIRED', abandonReason: 'TERMINAL_ANSWER', attempts: 3 },
      ...{ serviceId: '', leaseId: '', lastLeaseId: '', endpoint: 'http://127.0.0.1:1', targetKind: 'HTTP' },
      ...{ dueTime: new Date(1_000), endTime: new Date(2_000), lastDetail: 'no' },
    });
    const claimed = {
      ...{ cleanupId: 'b', state: wire.CleanupState.CLAIMED, claimant: 'r-1', fence: 7n },
      ...{
        abandonReason: wire.AbandonReason.UNSPECIFIED,
        endTime: undefined,
        nextAttemptTime: new Date(3_000),
      },
    };
    server.cleanups.set('b', abandoned(claimed));
    const read = await admin.get('b');
    expect(read).toMatchObject({
      state: 'CLAIMED',
      claimant: 'r-1',
      fence: 7,
      nextAttemptTime: new Date(3_000),
    });
    expect(Object.keys(read)).not.toContain('abandonReason');
    expect(Object.keys(read)).not.toContain('endTime');
  });

  it('reads a history', async () => {
    const attempt = {
      ...wire.CleanupAttempt.create(),
      ...{ attempt: 2, fence: 9n, claimant: 'r-1', outcome: wire.AttemptOutcome.RETRY },
      ...{ claimTime: new Date(1), settleTime: new Date(2), detail: 'busy' },
    };
    server.attempts = [
      attempt,
      { ...attempt, duration: { seconds: 1n, nanos: 12_250_000 }, statusCode: 503 },
    ];
    const read = { attempt: 2, fence: 9, claimant: 'r-1', outcome: 'RETRY', detail: 'busy' };
    const times = { claimTime: new Date(1), settleTime: new Date(2) };
    expect(await admin.attempts('a', { limit: 7 })).toEqual([
      { ...read, ...times },
      { ...read, ...times, durationMs: 1_012.25, statusCode: 503 },
    ]);
    expect(server.calls.at(-1)?.request).toEqual({ cleanupId: 'a', limit: 7 });
  });

  it.each([
    ['no object', { object: undefined }],
    ['an unknown state', { state: wire.CleanupState.UNRECOGNIZED }],
    ['no state', { state: wire.CleanupState.UNSPECIFIED }],
    ['no due time', { dueTime: undefined }],
  ])('an answer with %s is no server of ours', async (_, parts) => {
    server.cleanups.set('a', abandoned({ cleanupId: 'a', ...parts }));
    const error = {
      name: 'LeaseError',
      code: 'INTERNAL',
      message: expect.stringContaining('malformed') as string,
    };
    await expect(admin.get('a')).rejects.toMatchObject(error);
  });

  it('catches what the wire would silently change', async () => {
    for (const call of [
      () => admin.get('\ud800'),
      () => admin.forget({ cleanupIds: ['\ud800'], reason: 'x' }),
      () => admin.retry({ cleanupIds: ['x'], staggerMs: 0.5 }),
      () => admin.retry({ filter: { serviceId: '\ud800' } }),
      () => admin.pause({ forMs: Number.NaN }),
      () => admin.attempts('x', { limit: -1 }),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    expect(server.calls).toEqual([]);
  });
});

describe('acting', () => {
  it('retries those named, any number, each answered alone', async () => {
    server.add(1_500);
    const cleanupIds = [...server.cleanups.keys(), 'unknown'];
    const { results, more } = await admin.retry({ cleanupIds, staggerMs: 60_000 });
    expect(more).toBe(false);
    expect(results.map(({ cleanupId }) => cleanupId)).toEqual(cleanupIds);
    const errors = results.flatMap(({ error }) => error ?? []);
    expect(errors).toEqual([expect.any(LeaseError)]);
    expect(errors[0]).toMatchObject({ code: 'NOT_FOUND', reason: 'CLEANUP_NOT_FOUND' });
    const requests = server.requests<wire.RetryCleanupsRequest>('retryCleanups');
    expect(requests.map((request) => [request.cleanupIds.length, request.stagger?.seconds])).toEqual([
      [1_000, 60n],
      [501, 60n],
    ]);
  });

  it('retries those that match, as one call', async () => {
    const filter = { serviceId: 's', abandonReason: 'TARGET_FORBIDDEN' } as const;
    expect(await admin.retry({ filter, limit: 7 })).toEqual({ results: [], more: true });
    expect(server.calls.at(-1)?.request).toEqual({
      ...{ cleanupIds: [], limit: 7, stagger: undefined },
      filter: {
        ...{ serviceId: 's', objectType: '', endpoint: '' },
        abandonReason: wire.AbandonReason.TARGET_FORBIDDEN,
      },
    });
  });

  it('retries all, page after page, also over short ones, and tells how far it is', async () => {
    server.add(2_500);
    server.pageSize = 600;
    const told: RetryProgress[] = [];
    const options = { staggerMs: 600_000, onProgress: (progress: RetryProgress) => told.push(progress) };
    expect(await admin.retryAll({ serviceId: 's' }, options)).toEqual({ retried: 2_500, skipped: 0 });
    expect(told.map(({ retried }) => retried)).toEqual([600, 1_200, 1_800, 2_400, 2_500]);
    for (const { stagger } of server.requests<wire.RetryCleanupsRequest>('retryCleanups'))
      expect(stagger).toEqual({ seconds: 600n, nanos: 0 });
    for (const { state, pageSize } of server.requests<wire.ListCleanupsRequest>('listCleanups'))
      expect([state, pageSize]).toEqual([wire.CleanupState.ABANDONED, 1_000]);
  });

  it('retries each once, though all are abandoned again at once, and counts what others took', async () => {
    server.add(30);
    server.pageSize = 10;
    let pages = 0;
    server.after = (rpc) => {
      if (rpc === 'retryCleanups')
        for (const cleanup of server.cleanups.values()) cleanup.state = wire.CleanupState.ABANDONED;
      // Another operator retries one of the page before its turn.
      if (rpc === 'listCleanups') {
        pages += 1;
        const taken = server.cleanups.get(`c-00000${pages - 1}`);
        if (pages === 1 && taken) taken.state = wire.CleanupState.DUE;
      }
    };
    expect(await admin.retryAll()).toEqual({ retried: 29, skipped: 1 });
    expect(pages).toBe(3);
  });

  it('has nothing to retry', async () => {
    expect(await admin.retryAll()).toEqual({ retried: 0, skipped: 0 });
    expect(server.requests('retryCleanups')).toEqual([]);
  });

  it('forgets, any number, each answered alone', async () => {
    server.add(1_001);
    const cleanupIds = [...server.cleanups.keys()];
    const results = await admin.forget({ cleanupIds, reason: 'by hand' });
    expect(results).toEqual(cleanupIds.map((cleanupId) => ({ cleanupId })));
    const requests = server.requests<wire.ForgetCleanupsRequest>('forgetCleanups');
    expect(requests.map((request) => [request.cleanupIds.length, request.reason])).toEqual([
      [1_000, 'by hand'],
      [1, 'by hand'],
    ]);
  });

  it('tells what was done before a later part failed', async () => {
    server.add(2_500);
    let calls = 0;
    server.after = () => {
      if (++calls > 1) throw new Error('the answer is lost');
    };
    const cleanupIds = [...server.cleanups.keys()];
    const results = cleanupIds.slice(0, 1_000).map((cleanupId) => ({ cleanupId }));
    const rejected = await admin
      .forget({ cleanupIds, reason: 'by hand' }, { timeoutMs: 1_000 })
      .catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(PartlyDoneError);
    expect(rejected).toMatchObject({ name: 'LeaseError', code: 'UNAVAILABLE', results });
    // The last 500 were not sent, but the second thousand was.
    const left = [...server.cleanups.values()].filter(({ state }) => state === wire.CleanupState.ABANDONED);
    expect(left).toHaveLength(500);

    // A last call that ended with its deadline may reach the server only now: it must not count here.
    server.after = () => undefined;
    const malformed = [...cleanupIds.slice(0, 1_000), '\ud800'];
    await expect(admin.retry({ cleanupIds: malformed })).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      results: { length: 1_000 },
    });
  });

  it('pauses, resumes, and reads what holds', async () => {
    server.state = {
      pauses: [{ reason: wire.PauseReason.OPERATOR, until: new Date(9), note: 'moving' }],
      lastSweepTime: new Date(5),
    };
    const state = {
      pauses: [{ reason: 'OPERATOR', until: new Date(9), note: 'moving' }],
      ...{ lastSweepTime: new Date(5), serverTime: new Date(0) },
    };
    expect(await admin.pause({ forMs: 60_000, note: 'moving' })).toEqual(state);
    expect(server.calls.at(-1)?.request).toEqual({ duration: { seconds: 60n, nanos: 0 }, note: 'moving' });
    expect(await admin.collectionState()).toEqual(state);
    server.state = wire.CollectionState.create();
    expect(await admin.resume()).toEqual({ pauses: [], serverTime: new Date(0) });
  });
});

describe('calling', () => {
  it('fails over to the replica that answers', async () => {
    const dead = await AdminServer.start();
    dead.kill();
    const both = new CleanupAdminClient({ addresses: [dead.address, server.address] }, runtime);
    server.add(3);
    expect(await all(both.list())).toHaveLength(3);
    expect(await both.retryAll()).toEqual({ retried: 3, skipped: 0 });
    both.close();
  });

  it('repeats what was not answered; a retry that was done then says so of each', async () => {
    server.add(2);
    let failures = 1;
    server.after = (rpc) => {
      if (rpc === 'retryCleanups' && failures-- > 0) throw new Error('the answer is lost');
    };
    const { results } = await admin.retry({ cleanupIds: ['c-000000'] });
    expect(results).toMatchObject([{ error: { reason: 'CLEANUP_NOT_ABANDONED' } }]);
    expect(server.requests('retryCleanups')).toHaveLength(2);
  });

  it('gives up at its deadline, or when it is told to', async () => {
    server.kill();
    await expect(admin.get('x', { timeoutMs: 200 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const reason = new Error('enough');
    await expect(admin.get('x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each([
    [/either address or addresses/, {}],
    [/host:port/, { address: 'a' }],
    [/either tls or insecure/, { address: 'a:1', tls: {}, insecure: true }],
    [/timeoutMs/, { address: 'a:1', timeoutMs: 0 }],
  ])('needs options that make sense: %s', (message, options) => {
    expect(() => new CleanupAdminClient(options)).toThrow(message);
  });
});
