import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staggered } from '../../src/admin/retry-cleanups.js';
import { CleanupAdmin, type Clock, Collector, type LeaseStore, type RetryCleanup } from '../../src/index.js';
import { httpCleanup, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { operated, reasonsOf, uuid, valueOf } from './operated.js';

/** The store, with some verbs replaced. */
const withVerbs = (store: LeaseStore, verbs: Partial<LeaseStore>): LeaseStore =>
  new Proxy(store, {
    get: (target, name: keyof LeaseStore) => verbs[name] ?? target[name].bind(target),
  });

describe('the stagger', () => {
  it.each([
    [4, 1_000, [0, 250, 500, 750]],
    [3, 1_000, [0, 333, 666]],
    [1, 86_400_000, [0]],
    [3, 0, [0, 0, 0]],
    [3, 2, [0, 0, 1]],
  ])('spreads %i over %i ms', (count, staggerMs, delays) => {
    const commands = staggered(
      Array.from({ length: count }, (_, n) => uuid(n)),
      staggerMs,
    );
    expect(commands.map(({ delayMs }) => delayMs)).toEqual(delays);
    expect(commands.map(({ cleanupId }) => cleanupId)).toEqual(delays.map((_, n) => uuid(n)));
  });

  it('is even, begins now and ends in time, for any number of cleanups', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        (count, ms) => {
          const delays = staggered(
            Array.from({ length: count }, (_, n) => uuid(n)),
            ms,
          ).map((c) => c.delayMs);
          expect(delays[0]).toBe(0);
          expect(delays.every(Number.isInteger)).toBe(true);
          const errors = delays.map((delay, i) => Math.abs(delay - (i * ms) / count));
          expect(Math.max(...errors)).toBeLessThan(1);
          expect(delays.at(-1)).toBeLessThanOrEqual(ms);
        },
      ),
    );
  });
});

describe('a retry of those named', () => {
  it('S3: judges each alone, in their order; one that is named twice is retried once', async () => {
    const { admin, abandon, fallDue, events } = operated();
    const [first = '', second = ''] = await abandon(2);
    await fallDue(1);
    const due = valueOf(await admin.list({ state: 'DUE' })).cleanups[0]?.cleanupId ?? '';
    const cleanupIds = [first, uuid(77), second, due, first];
    const { results, more } = valueOf(await admin.retry({ cleanupIds, staggerMs: 1_000 }));
    expect(more).toBe(false);
    expect(results.map(({ cleanupId }) => cleanupId)).toEqual(cleanupIds);
    const [missing, notAbandoned] = ['CLEANUP_NOT_FOUND', 'CLEANUP_NOT_ABANDONED'];
    expect(reasonsOf(results)).toEqual([undefined, missing, undefined, notAbandoned, notAbandoned]);
    expect(events.at(-1)).toEqual({
      type: 'cleanups-retried',
      cleanupIds: [first, second],
      staggerMs: 1_000,
    });
    expect(events.filter(({ type }) => type === 'refused')).toHaveLength(3);
  });

  it('tells nobody of a retry that retried nothing', async () => {
    const { admin, events } = operated();
    valueOf(await admin.retry({ cleanupIds: [uuid(1)] }));
    valueOf(await admin.retry({ filter: {} }));
    expect(events.map(({ type }) => type)).toEqual(['refused']);
  });
});

describe('a retry of those that match', () => {
  it('takes as many as the limit says, and says whether there may be more', async () => {
    const { admin, abandon, events } = operated();
    await abandon(5);
    const first = valueOf(await admin.retry({ filter: {}, limit: 3 }));
    expect([first.results.length, first.more]).toEqual([3, true]);
    const second = valueOf(await admin.retry({ filter: {}, limit: 3 }));
    expect([second.results.length, second.more]).toEqual([2, false]);
    expect(reasonsOf([...first.results, ...second.results])).toEqual(Array(5).fill(undefined));
    expect(events.at(-1)).toMatchObject({ type: 'cleanups-retried', filter: {} });
  });

  it.each([
    [undefined, 100],
    [0, 100],
    [5_000, 1_000],
  ])('with limit %s takes %i', async (limit, taken) => {
    const { admin, abandon } = operated();
    await abandon(1_100);
    const retried = valueOf(await admin.retry({ filter: {}, ...(limit !== undefined && { limit }) }));
    expect([retried.results.length, retried.more]).toEqual([taken, true]);
  });

  it('leaves alone what does not match', async () => {
    const { admin, abandon } = operated();
    await abandon(2, { serviceId: 'a', cleanup: httpCleanup({ url: 'http://one:1/' }) });
    const wanted = await abandon(2, { serviceId: 'b', cleanup: httpCleanup({ url: 'http://one:1/' }) });
    await abandon(2, { serviceId: 'b', cleanup: httpCleanup({ url: 'http://two:1/' }) });
    const filter = { serviceId: 'b', endpoint: 'http://one:1', abandonReason: 'TERMINAL_ANSWER' } as const;
    const { results } = valueOf(await admin.retry({ filter }));
    expect(results.map(({ cleanupId }) => cleanupId)).toEqual(wanted);
    expect(valueOf(await admin.retry({ filter })).results).toEqual([]);
  });

  it('goes on over short and empty pages, and never asks for more than are missing', async () => {
    const { store, abandon } = operated();
    const ids = await abandon(7);
    const asked: number[] = [];
    const short = withVerbs(store, {
      async listCleanups(query) {
        asked.push(query.limit);
        // Every other page is empty, and the others hold one, whatever was asked for.
        const [at = 0, empty = 1] = (query.cursor ?? '').split('/').map(Number);
        const cleanups = empty === 1 ? [] : [await store.getCleanup(ids[at] ?? '')];
        const next = empty === 1 ? `${at}/0` : `${at + 1}/1`;
        const last = empty === 0 && at === ids.length - 1;
        return {
          cleanups: cleanups.flatMap((each) => each ?? []),
          now: 0,
          ...(!last && { nextCursor: next }),
        };
      },
    });
    const admin = new CleanupAdmin({ store: short });
    const first = valueOf(await admin.retry({ filter: {}, limit: 4 }));
    expect([first.results.map(({ cleanupId }) => cleanupId), first.more]).toEqual([ids.slice(0, 4), true]);
    expect(asked).toEqual([4, 4, 3, 3, 2, 2, 1, 1]);
    expect(valueOf(await new CleanupAdmin({ store: short }).retry({ filter: {} })).more).toBe(false);
  });

  it('lets others have their turn while it searches', async () => {
    const { store, abandon, clock } = operated();
    const [id = ''] = await abandon(1);
    const found = await store.getCleanup(id);
    // Ten empty pages, and then the one.
    const sparse = withVerbs(store, {
      listCleanups: ({ cursor = '0' }) =>
        Promise.resolve(
          cursor === '10' && found
            ? { cleanups: [found], now: 0 }
            : { cleanups: [], now: 0, nextCursor: String(Number(cursor) + 1) },
        ),
    });
    const turns: number[] = [];
    const counting: Clock = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      schedule: (delayMs, callback) => {
        turns.push(delayMs);
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const retried = await new CleanupAdmin({ store: sparse, clock: counting }).retry({ filter: {} });
    expect(turns).toEqual(Array(10).fill(0));
    expect(valueOf(retried).results.map(({ cleanupId }) => cleanupId)).toEqual([id]);
  });

  it('two operators at once: each cleanup is retried by one of them, and neither is bothered', async () => {
    const { admin, store, abandon } = operated();
    const ids = await abandon(200);
    const other = new CleanupAdmin({ store });
    const commands: (readonly RetryCleanup[])[] = [];
    const racing = new CleanupAdmin({
      store: withVerbs(store, {
        async retryCleanups(given) {
          commands.push(given);
          // The other one is faster with half of them.
          valueOf(await other.retry({ filter: {}, limit: 50 }));
          return store.retryCleanups(given);
        },
      }),
    });
    const { results } = valueOf(await racing.retry({ filter: {}, limit: 100 }));
    expect(commands.flat()).toHaveLength(100);
    expect(reasonsOf(results)).toEqual(Array(50).fill(undefined));
    expect((await store.stats()).cleanups).toMatchObject({ abandoned: 100, open: 100 });
    const rest = valueOf(await admin.retry({ filter: {}, limit: 1_000 })).results;
    expect(rest).toHaveLength(ids.length - 100);
  });
});

it(
  'S3 S6: 20,000 abandoned ones are retried, staggered over 10 min, and all are collected',
  { timeout: 60_000 },
  async () => {
    const { admin, store, clock, abandon } = operated();
    await abandon(20_000);
    expect((await store.stats()).cleanups).toMatchObject({ abandoned: 20_000, open: 0 });
    // What the client does for `retry --all`: page by page, each page over the whole time.
    let pageToken: string | undefined;
    do {
      const page = valueOf(
        await admin.list({
          state: 'ABANDONED',
          pageSize: 1_000,
          ...(pageToken !== undefined && { pageToken }),
        }),
      );
      const cleanupIds = page.cleanups.map(({ cleanupId }) => cleanupId);
      if (cleanupIds.length > 0) valueOf(await admin.retry({ cleanupIds, staggerMs: 600_000 }));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    expect((await store.stats()).cleanups).toMatchObject({ abandoned: 0, open: 20_000 });

    const executor = recordingExecutor();
    const collector = new Collector({
      store,
      executors: { http: executor },
      clock,
      random: seededRandom(2),
      sweepIntervalMs: 500,
    });
    collector.start();
    const perMinute: number[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      const before = executor.claims.length;
      await clock.advance(60_000);
      perMinute.push(executor.claims.length - before);
    }
    await clock.advance(1_000);
    await collector.stop({ graceMs: 1_000 });
    for (const count of perMinute) {
      expect(count).toBeGreaterThanOrEqual(1_900);
      expect(count).toBeLessThanOrEqual(2_100);
    }
    expect(new Set(executor.claims.map(({ cleanupId }) => cleanupId)).size).toBe(20_000);
    expect(executor.claims).toHaveLength(20_000);
    const { ended, collected, abandoned, open } = (await store.stats()).cleanups;
    expect({ ended, collected, abandoned, open }).toEqual({
      ended: 20_000,
      collected: 20_000,
      abandoned: 0,
      open: 0,
    });
  },
);
