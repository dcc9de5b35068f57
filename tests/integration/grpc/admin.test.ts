import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectRefusal,
  grpcCleanup,
  httpCleanup,
  instantMs,
  RawError,
  throughout,
  type RawListedCleanup,
  type WireObject,
} from '../../helpers/index.js';
import { onEachStorage, type Stage } from './on-each-storage.js';

const NOT_FOUND = { code: 'NOT_FOUND', reason: 'CLEANUP_NOT_FOUND' };
const NOT_ABANDONED = { code: 'FAILED_PRECONDITION', reason: 'CLEANUP_NOT_ABANDONED' };
/** Nothing is attempted a second time while a test looks. */
const PATIENT = { retry: { initial_backoff: duration(60_000), max_backoff: duration(60_000) } };

/** Takes and releases a lease. `service_id` is the test's own, so that it finds its cleanups again. */
async function due(
  stage: Stage,
  service_id: string,
  cleanup: object,
  object = anObject(),
): Promise<WireObject> {
  const lease = aLease({ service_id, object, cleanup });
  await stage.client.call('CreateLease', lease);
  await stage.client.call('ReleaseLease', lease);
  return object;
}

/** Waits until the cleanups of the service are what is expected of them. */
async function listed(
  { client }: Stage,
  service_id: string,
  expected: { readonly state: string; readonly count: number },
): Promise<readonly RawListedCleanup[]> {
  return eventually(async () => {
    const { cleanups } = await client.admin('ListCleanups', { service_id, state: expected.state });
    expect(cleanups).toHaveLength(expected.count);
    return cleanups;
  });
}

/** Cleanups that a real endpoint refused for good. */
async function abandoned(stage: Stage, service_id: string, count = 1): Promise<readonly RawListedCleanup[]> {
  const path = `/${service_id}`;
  await stage.mock.script(`path ${path}: 400`);
  for (let each = 0; each < count; each += 1) await due(stage, service_id, httpCleanup(stage.mock, { path }));
  return listed(stage, service_id, { state: 'CLEANUP_STATE_ABANDONED', count });
}

const reasonsOf = (
  results: readonly { readonly error: ConstructorParameters<typeof RawError>[0] | null }[],
) => results.map(({ error }) => error && new RawError(error).reason);

onEachStorage((stage) => {
  describe('what was abandoned', () => {
    it('S3: is listed with every field, and its history with claimant, duration, outcome and status', async () => {
      const service = randomUUID();
      const [cleanup] = await abandoned(stage, service);
      expect(cleanup).toMatchObject({
        ...{ state: 'CLEANUP_STATE_ABANDONED', reason: 'CLEANUP_REASON_RELEASED', service_id: service },
        ...{ endpoint: stage.mock.http, target_kind: 'CLEANUP_TARGET_KIND_HTTP', attempts: 1 },
        ...{ abandon_reason: 'ABANDON_REASON_TERMINAL_ANSWER', next_attempt_time: null },
        ...{ claimant: '', fence: 0, last_detail: 'Bad Request', forget_reason: '' },
      });
      const { cleanup_id = '', due_time, end_time } = cleanup ?? {};
      expect((await stage.client.admin('GetCleanup', { cleanup_id })).cleanup).toEqual(cleanup);
      const { attempts } = await stage.client.admin('ListCleanupAttempts', { cleanup_id });
      expect(attempts).toMatchObject([
        { attempt: 1, outcome: 'ATTEMPT_OUTCOME_FAIL', status_code: 400, detail: 'Bad Request' },
      ]);
      const [attempt] = attempts;
      if (!attempt || !due_time || !end_time) throw new Error('something is missing');
      expect(attempt.claimant).toMatch(/^[0-9a-f-]{36}$/);
      expect(attempt.duration && instantMs(attempt.duration)).toBeGreaterThan(0);
      expect(instantMs(attempt.claim_time)).toBeGreaterThanOrEqual(instantMs(due_time));
      expect(instantMs(attempt.settle_time)).toBe(instantMs(end_time));
      expect(instantMs(attempt.settle_time)).toBeGreaterThanOrEqual(instantMs(attempt.claim_time));
    });

    it('over gRPC is listed as such, with the status of gRPC', async () => {
      const service = randomUUID();
      const object = anObject();
      await stage.mock.script(`object ${object.type}/${object.id}: INVALID_ARGUMENT`);
      await due(stage, service, grpcCleanup(stage.mock), object);
      const [cleanup] = await listed(stage, service, { state: 'CLEANUP_STATE_ABANDONED', count: 1 });
      expect(cleanup).toMatchObject({
        ...{ target_kind: 'CLEANUP_TARGET_KIND_GRPC', endpoint: `grpc://${stage.mock.grpc}`, object },
      });
      const { cleanup_id } = cleanup ?? {};
      const { attempts } = await stage.client.admin('ListCleanupAttempts', { cleanup_id });
      expect(attempts).toMatchObject([{ outcome: 'ATTEMPT_OUTCOME_FAIL', status_code: 3 }]);
    });

    it('is found by service, type, endpoint, reason and state, and page by page', async () => {
      const service = randomUUID();
      const all = await abandoned(stage, service, 5);
      const { client } = stage;
      const count = async (filter: object) =>
        (await client.admin('ListCleanups', { service_id: service, ...filter })).cleanups.length;
      expect(await count({ object_type: 'temporary-file', endpoint: stage.mock.http })).toBe(5);
      expect(await count({ abandon_reason: 'ABANDON_REASON_TERMINAL_ANSWER' })).toBe(5);
      expect(await count({ abandon_reason: 'ABANDON_REASON_CLAIM_LOST' })).toBe(0);
      expect(await count({ object_type: 'blob' })).toBe(0);
      expect(await count({ endpoint: 'http://127.0.0.1:1' })).toBe(0);
      expect(await count({ state: 'CLEANUP_STATE_DUE' })).toBe(0);
      const found: string[] = [];
      let page_token = '';
      do {
        const filter = { service_id: service, state: 'CLEANUP_STATE_ABANDONED' };
        const page = await client.admin('ListCleanups', { ...filter, page_size: 2, page_token });
        expect(page.cleanups.length).toBeLessThanOrEqual(2);
        found.push(...page.cleanups.map(({ cleanup_id }) => cleanup_id));
        page_token = page.next_page_token;
      } while (page_token !== '');
      expect(found.sort()).toEqual(all.map(({ cleanup_id }) => cleanup_id).sort());
    });

    it('S3 S7: is retried with a fresh budget under the same id, and then collected', async () => {
      const service = randomUUID();
      const path = `/${service}`;
      await stage.mock.script(`path ${path}: 400, ok`);
      const object = await due(stage, service, httpCleanup(stage.mock, { path }));
      const [cleanup] = await listed(stage, service, { state: 'CLEANUP_STATE_ABANDONED', count: 1 });
      const cleanup_id = cleanup?.cleanup_id ?? '';
      const cleanup_ids = [cleanup_id, randomUUID(), cleanup_id];
      const { results, more } = await stage.client.admin('RetryCleanups', { cleanup_ids });
      expect(results.map((result) => result.cleanup_id)).toEqual(cleanup_ids);
      expect([reasonsOf(results), more]).toEqual([[null, NOT_FOUND.reason, NOT_ABANDONED.reason], false]);
      const [collected] = await listed(stage, service, { state: 'CLEANUP_STATE_COLLECTED', count: 1 });
      expect(collected).toMatchObject({
        cleanup_id,
        attempts: 2,
        abandon_reason: 'ABANDON_REASON_UNSPECIFIED',
      });
      const calls = await stage.mock.calls(object);
      expect(calls.map(({ body }) => [body.cleanup_id, body.attempt])).toEqual([
        [cleanup_id, 1],
        [cleanup_id, 2],
      ]);
      const { attempts } = await stage.client.admin('ListCleanupAttempts', { cleanup_id });
      const outcomes = attempts.map(({ outcome, status_code }) => [outcome, status_code]);
      expect(outcomes).toEqual([
        ['ATTEMPT_OUTCOME_FAIL', 400],
        ['ATTEMPT_OUTCOME_DONE', 200],
      ]);
      const last = await stage.client.admin('ListCleanupAttempts', { cleanup_id, limit: 1 });
      expect(last.attempts).toEqual(attempts.slice(1));
    });

    it('is retried by a filter, as many as the limit says, staggered', async () => {
      const service = randomUUID();
      await abandoned(stage, service, 3);
      const filter = { service_id: service };
      const stagger = duration(3_600_000);
      const first = await stage.client.admin('RetryCleanups', { filter, limit: 2, stagger });
      expect([reasonsOf(first.results), first.more]).toEqual([[null, null], true]);
      // The first one is due at once and fails again, the second is due in half an hour.
      const [waiting] = await listed(stage, service, { state: 'CLEANUP_STATE_DUE', count: 1 });
      const { server_time } = await stage.client.admin('GetCollectionState');
      const aheadMs = waiting?.next_attempt_time
        ? instantMs(waiting.next_attempt_time) - instantMs(server_time)
        : 0;
      expect(aheadMs).toBeGreaterThan(1_700_000);
      expect(aheadMs).toBeLessThanOrEqual(1_800_000);
      await listed(stage, service, { state: 'CLEANUP_STATE_ABANDONED', count: 2 });
      const none = await stage.client.admin('RetryCleanups', { filter: { service_id: randomUUID() } });
      expect(none).toEqual({ results: [], more: false });
    });

    it('S6: is forgotten with a reason, and the same again gets the same answer', async () => {
      const service = randomUUID();
      const [first, second] = await abandoned(stage, service, 2);
      const cleanup_ids = [first?.cleanup_id, randomUUID(), second?.cleanup_id];
      for (const reason of ['deleted by hand', 'again']) {
        const { results } = await stage.client.admin('ForgetCleanups', { cleanup_ids, reason });
        expect(reasonsOf(results)).toEqual([null, NOT_FOUND.reason, null]);
      }
      const forgotten = await listed(stage, service, { state: 'CLEANUP_STATE_FORGOTTEN', count: 2 });
      expect(forgotten.map(({ forget_reason }) => forget_reason)).toEqual(Array(2).fill('deleted by hand'));
      const { results } = await stage.client.admin('RetryCleanups', { cleanup_ids: [first?.cleanup_id] });
      expect(reasonsOf(results)).toEqual([NOT_ABANDONED.reason]);
    });

    it('S1: of an object that was revived meanwhile, is not retried', async () => {
      const service = randomUUID();
      const [cleanup] = await abandoned(stage, service);
      const next = aLease({ object: cleanup?.object });
      expect(await stage.client.call('CreateLease', next)).toMatchObject({ revived: true });
      const cleanup_ids = [cleanup?.cleanup_id];
      const retried = await stage.client.admin('RetryCleanups', { cleanup_ids });
      const forgotten = await stage.client.admin('ForgetCleanups', { cleanup_ids, reason: 'x' });
      expect(reasonsOf([...retried.results, ...forgotten.results])).toEqual(
        Array(2).fill(NOT_ABANDONED.reason),
      );
      const read = await stage.client.admin('GetCleanup', { cleanup_id: cleanup?.cleanup_id });
      expect(read.cleanup.state).toBe('CLEANUP_STATE_REVIVED');
    });
  });

  describe('what is open', () => {
    it('S1: is not forgotten while an attempt is under way, and shows who makes it', async () => {
      const service = randomUUID();
      await stage.mock.script(`path /${service}: delay 1500ms ok`);
      await due(stage, service, httpCleanup(stage.mock, { path: `/${service}` }));
      const [claimed] = await listed(stage, service, { state: 'CLEANUP_STATE_CLAIMED', count: 1 });
      expect(claimed?.claimant).toMatch(/^[0-9a-f-]{36}$/);
      expect(claimed?.fence).toBeGreaterThan(0);
      expect(claimed?.next_attempt_time).not.toBeNull();
      const cleanup_ids = [claimed?.cleanup_id];
      const { results } = await stage.client.admin('ForgetCleanups', { cleanup_ids, reason: 'x' });
      expect(reasonsOf(results)).toEqual([NOT_ABANDONED.reason]);
      await listed(stage, service, { state: 'CLEANUP_STATE_COLLECTED', count: 1 });
    });

    it('is forgotten while it waits for its next attempt, and is never called again', async () => {
      const service = randomUUID();
      await stage.mock.script(`path /${service}: 503 retry-after 1s, ok`);
      const object = await due(stage, service, httpCleanup(stage.mock, { path: `/${service}`, ...PATIENT }));
      await eventually(async () => expect(await stage.mock.calls(object)).toHaveLength(1));
      const [waiting] = await listed(stage, service, { state: 'CLEANUP_STATE_DUE', count: 1 });
      const cleanup_ids = [waiting?.cleanup_id];
      const { results } = await stage.client.admin('ForgetCleanups', { cleanup_ids, reason: 'gone' });
      expect(reasonsOf(results)).toEqual([null]);
      await throughout(1_500, async () => expect(await stage.mock.calls(object)).toHaveLength(1), 100);
    });
  });

  it('a cleanup that is not there is CLEANUP_NOT_FOUND, and what is no id is named', async () => {
    const cleanup_id = randomUUID();
    await expectRefusal(stage.client.admin('GetCleanup', { cleanup_id }), NOT_FOUND);
    await expectRefusal(stage.client.admin('ListCleanupAttempts', { cleanup_id }), NOT_FOUND);
    const retry = stage.client.admin('RetryCleanups', { cleanup_ids: ['nope', cleanup_id, ''] });
    await expectRefusal(retry, {
      ...{
        code: 'INVALID_ARGUMENT',
        reason: 'INVALID_REQUEST',
        fields: ['cleanup_ids[0]', 'cleanup_ids[2]'],
      },
    });
  });

  it('S14: a pause stops collection, says so, and is resumed', async () => {
    const { client, mock } = stage;
    const service = randomUUID();
    const { state, server_time } = await client.admin('PauseCollection', {
      ...{ duration: duration(60_000), note: 'moving house' },
    });
    const [pause] = state.pauses;
    expect(pause).toMatchObject({ reason: 'PAUSE_REASON_OPERATOR', note: 'moving house' });
    expect(pause && instantMs(pause.until) - instantMs(server_time)).toBeCloseTo(60_000, -3);
    const object = await due(stage, service, httpCleanup(mock));
    const lapsing = aLease({ ttlMs: 200, cleanup: httpCleanup(mock) });
    await client.call('CreateLease', lapsing);
    await throughout(1_000, async () => {
      expect(await mock.calls(object)).toEqual([]);
      expect((await client.call('GetLease', lapsing)).lease.state).toBe('LEASE_STATE_ACTIVE');
    });
    expect((await client.admin('GetCollectionState')).state.pauses).toEqual(state.pauses);
    expect((await client.admin('ResumeCollection')).state.pauses).toEqual([]);
    await eventually(async () => {
      expect(await mock.calls(object)).toHaveLength(1);
      expect(await mock.calls(lapsing.object)).toHaveLength(1);
    });
  });
});
