import { describe, expect, it } from 'vitest';
import { CleanupAdmin, type ListCleanupsRequest } from '../../src/index.js';
import { httpCleanup } from '../../src/testing/index.js';
import { operated, reasonsOf, uuid, valueOf } from './operated.js';

const UNKNOWN = uuid(999_999);

describe('looking at cleanups', () => {
  it('S3: lists what was abandoned, page by page, each once', async () => {
    const { admin, abandon } = operated();
    const ids = await abandon(250);
    const found: string[] = [];
    let request: ListCleanupsRequest = { state: 'ABANDONED' };
    const sizes: number[] = [];
    for (;;) {
      const { cleanups, nextPageToken } = valueOf(await admin.list(request));
      found.push(...cleanups.map(({ cleanupId }) => cleanupId));
      sizes.push(cleanups.length);
      if (nextPageToken === undefined) break;
      request = { ...request, pageToken: nextPageToken };
    }
    expect(sizes).toEqual([100, 100, 50]);
    expect(found.sort()).toEqual([...ids].sort());
  });

  it('filters by service, type, endpoint, state and reason', async () => {
    const { admin, abandon, fallDue } = operated();
    await abandon(1, { serviceId: 'a', type: 'blob', cleanup: httpCleanup({ url: 'http://one:1/x' }) });
    await abandon(2, { serviceId: 'b', type: 'blob', cleanup: httpCleanup({ url: 'http://two:1/x' }) });
    await fallDue(4, { serviceId: 'a' });
    const count = async (request: ListCleanupsRequest) => valueOf(await admin.list(request)).cleanups.length;
    expect(await count({})).toBe(7);
    expect(await count({ serviceId: 'a' })).toBe(5);
    expect(await count({ objectType: 'blob' })).toBe(3);
    expect(await count({ endpoint: 'http://two:1' })).toBe(2);
    expect(await count({ state: 'DUE' })).toBe(4);
    expect(await count({ abandonReason: 'TERMINAL_ANSWER' })).toBe(3);
    expect(await count({ abandonReason: 'CLAIM_LOST' })).toBe(0);
    expect(await count({ state: 'ABANDONED', serviceId: 'a', objectType: 'blob' })).toBe(1);
  });

  it('cuts a page that is too large, and takes no token of another filter', async () => {
    const { admin, abandon } = operated();
    await abandon(1_100);
    const { cleanups, nextPageToken } = valueOf(await admin.list({ pageSize: 4_294_967_295 }));
    expect(cleanups).toHaveLength(1_000);
    const pageToken = nextPageToken ?? '';
    for (const filter of [{ serviceId: 'x' }, { state: 'DUE' }, { abandonReason: 'CLAIM_LOST' }] as const) {
      expect(await admin.list({ ...filter, pageToken })).toMatchObject({
        refusal: { reason: 'INVALID_REQUEST', violations: [{ field: 'page_token' }] },
      });
    }
    expect(valueOf(await admin.list({ pageToken })).cleanups).toHaveLength(100);
  });

  it('shows a cleanup and its history, the latest attempts if there are more', async () => {
    const { admin, abandon, claim, fail, clock, store } = operated();
    const [cleanupId = ''] = await abandon(1);
    for (let attempt = 2; attempt <= 3; attempt += 1) {
      await clock.advance(1_000);
      await store.retryCleanups([{ cleanupId, delayMs: 0 }]);
      await fail(await claim());
    }
    expect(valueOf(await admin.get(cleanupId.toUpperCase()))).toMatchObject({
      ...{ cleanupId, state: 'ABANDONED', attempts: 3, abandonReason: 'TERMINAL_ANSWER' },
      ...{ lastDetail: 'Bad Request', endTime: clock.wallMs() },
    });
    const attempts = valueOf(await admin.attempts({ cleanupId }));
    expect(attempts).toMatchObject(
      [1, 2, 3].map((attempt) => ({
        ...{ attempt, outcome: 'FAIL', claimant: 'replica-1', durationMs: 12.5, statusCode: 400 },
        claimTime: clock.wallMs() - (3 - attempt) * 1_000,
      })),
    );
    expect(valueOf(await admin.attempts({ cleanupId, limit: 2 }))).toEqual(attempts.slice(1));
  });

  it('says CLEANUP_NOT_FOUND of what is not there, and [] of what was never attempted', async () => {
    const { admin, events, fallDue } = operated();
    for (const answer of [await admin.get(UNKNOWN), await admin.attempts({ cleanupId: UNKNOWN })]) {
      expect(answer).toMatchObject({ ok: false, refusal: { reason: 'CLEANUP_NOT_FOUND' } });
    }
    expect(events).toMatchObject([
      { type: 'refused', verb: 'get-cleanup' },
      { type: 'refused', verb: 'list-attempts' },
    ]);
    await fallDue(1);
    const [due] = valueOf(await admin.list()).cleanups;
    expect(valueOf(await admin.attempts({ cleanupId: due?.cleanupId ?? '' }))).toEqual([]);
  });
});

describe('forgetting', () => {
  it('S6: drops what is abandoned or due, not what is claimed; the same again gets the same answer', async () => {
    const { admin, abandon, fallDue, claim, store, events } = operated();
    const [abandoned = ''] = await abandon(1);
    await fallDue(1);
    const [claimed] = await claim();
    await fallDue(1);
    const [due] = valueOf(await admin.list({ state: 'DUE' })).cleanups;
    const cleanupIds = [abandoned, claimed?.cleanupId ?? '', due?.cleanupId ?? '', UNKNOWN, abandoned];
    const verdicts = valueOf(await admin.forget({ cleanupIds, reason: 'deleted by hand' }));
    expect(verdicts.map(({ cleanupId }) => cleanupId)).toEqual(cleanupIds);
    const reasons = [undefined, 'CLEANUP_NOT_ABANDONED', undefined, 'CLEANUP_NOT_FOUND', undefined];
    expect(reasonsOf(verdicts)).toEqual(reasons);
    expect(reasonsOf(valueOf(await admin.forget({ cleanupIds, reason: 'again' })))).toEqual(reasons);
    expect(valueOf(await admin.get(abandoned))).toMatchObject({
      state: 'FORGOTTEN',
      forgetReason: 'deleted by hand',
    });
    expect((await store.stats()).cleanups).toMatchObject({ ended: 3, forgotten: 2, open: 1, abandoned: 0 });
    expect(events.filter(({ type }) => type === 'cleanups-forgotten')[0]).toEqual({
      type: 'cleanups-forgotten',
      cleanupIds: [abandoned, due?.cleanupId, abandoned],
      reason: 'deleted by hand',
    });
  });
});

describe('pausing', () => {
  it('S14: stops collection with a note, replaces an earlier pause, and resumes', async () => {
    const { admin, claim, fallDue, clock, events } = operated();
    await fallDue(1);
    expect(await admin.collectionState()).toMatchObject({ pauses: [] });
    valueOf(await admin.pause({ forMs: 604_800_000 }));
    const until = clock.wallMs() + 1_000;
    const paused = valueOf(await admin.pause({ forMs: 1_000, note: 'moving house' }));
    expect(paused.pauses).toEqual([{ reason: 'OPERATOR', until, note: 'moving house' }]);
    expect(await claim()).toEqual([]);
    expect((await admin.resume()).pauses).toEqual([]);
    expect(await claim()).toHaveLength(1);
    expect(events).toEqual([
      { type: 'collection-paused', forMs: 604_800_000, note: '' },
      { type: 'collection-paused', forMs: 1_000, note: 'moving house' },
      { type: 'collection-resumed' },
    ]);
  });
});

describe('the store', () => {
  it('that breaks its contract is found out', async () => {
    const { store } = operated();
    const broken = new CleanupAdmin({
      store: Object.assign(Object.create(store) as typeof store, {
        forgetCleanups: () => Promise.resolve([]),
      }),
    });
    await expect(broken.forget({ cleanupIds: [UNKNOWN], reason: 'x' })).rejects.toThrow(
      'breaks its contract',
    );
  });
});
