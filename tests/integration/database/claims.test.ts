import type { ClaimCleanups, CleanupClaim, LeaseStore } from '@lease/core';
import { PostgresStore } from '@lease/storage-postgres';
import { beforeEach, describe, expect, it } from 'vitest';
import { sqlClient } from '../../helpers/postgres/index.js';
import { endpointsFrom, fill } from './fill.js';
import { holdClock, openSchema, type OpenSchema } from './open-schema.js';
import { expectRecount } from './recount.js';
import { claimed, claimOne, due, outcome } from './states.js';

let opened: OpenSchema;

beforeEach(async () => {
  opened = await openSchema();
  return () => opened.store.close();
});

const CLAIM = { claimant: 'r1', limit: 10, perEndpointLimit: 5, busyEndpoints: [], claimMs: 40_000 };

const claim = (store: LeaseStore, parts: Partial<ClaimCleanups> = {}) =>
  store.claimCleanups({ ...CLAIM, ...parts });

const hosts = (claims: readonly CleanupClaim[]) =>
  claims.map(({ endpoint }) => endpoint.slice('http://'.length)).sort();

/** How many claims each endpoint got. */
function shares(claims: readonly CleanupClaim[]): number[] {
  const counts = new Map<string, number>();
  for (const { endpoint } of claims) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}

describe('L3: claims on PostgreSQL', () => {
  it('go in turn over endpoints, and on from where the last one stopped', async () => {
    for (const host of ['a', 'a', 'a', 'b', 'c']) await due(opened.store, host);
    expect(hosts(await claim(opened.store, { limit: 2 }))).toEqual(['a', 'b']);
    expect(hosts(await claim(opened.store, { limit: 2 }))).toEqual(['a', 'c']);
    expect(hosts(await claim(opened.store, { limit: 2 }))).toEqual(['a']);
  });

  it.each([3, 300])(
    'share the slots evenly, and what one leaves goes to the others, with %i due of each',
    async (objects) => {
      await fill(opened.sql, { objects: 4 * objects, endpoints: 4, state: 'DUE', inMs: -1_000 });
      expect(shares(await claim(opened.store, { limit: 10 }))).toEqual([2, 2, 3, 3]);
      const rest = await claim(opened.store, { limit: 100, perEndpointLimit: 2 });
      expect(shares(rest)).toEqual(objects === 3 ? [1, 1] : [2, 2, 2, 2]);
    },
  );

  it.each([1, 200])('pass over busy endpoints, with %i due of each', async (objects) => {
    await fill(opened.sql, { objects: 2 * objects, endpoints: 2, state: 'DUE', inMs: -1_000 });
    const claims = await claim(opened.store, {
      busyEndpoints: ['http://h000000', 'http://nobody', '__proto__'],
    });
    expect(new Set(hosts(claims))).toEqual(new Set(['h000001']));
  });

  it('reach every endpoint of thousands with due work, each once before any twice', async () => {
    const endpoints = 1_500;
    await fill(opened.sql, { objects: 2 * endpoints, endpoints, state: 'DUE', inMs: -1_000 });
    const seen: string[] = [];
    while (seen.length < endpoints) seen.push(...hosts(await claim(opened.store, { limit: 100 })));
    expect(new Set(seen).size).toBe(endpoints);
  });

  it('L1: find what is due behind 6,000 endpoints in backoff at once, while a busy one has many due', async () => {
    const endpoints = 6_000;
    await fill(opened.sql, { objects: endpoints, endpoints, state: 'DUE', inMs: 600_000, prefix: 'later' });
    await fill(opened.sql, { objects: 300, endpoints: 1, state: 'DUE', inMs: -1_000, prefix: 'busy' });
    await due(opened.store, 'z');
    const busyEndpoints = endpointsFrom(0, 1);
    expect(hosts(await claim(opened.store, { busyEndpoints }))).toEqual(['z']);
  });

  it('look at 8,000 endpoints at once, and at the next ones the next time', async () => {
    const endpoints = 8_500;
    await fill(opened.sql, { objects: endpoints, endpoints, state: 'DUE', inMs: -1_000 });
    const busyEndpoints = endpointsFrom(0, 8_490);
    expect(await claim(opened.store, { busyEndpoints })).toEqual([]);
    expect(await claim(opened.store, { busyEndpoints })).toHaveLength(10);
  });

  it('look at 1,000 endpoints once they have found work, and at the next ones the next time', async () => {
    await fill(opened.sql, { objects: 2_000, endpoints: 2_000, state: 'DUE', inMs: -1_000 });
    const busyEndpoints = [...endpointsFrom(0, 500), ...endpointsFrom(501, 1_000)];
    expect(hosts(await claim(opened.store, { busyEndpoints, limit: 600 }))).toEqual(['h000500']);
    expect(await claim(opened.store, { busyEndpoints, limit: 600 })).toHaveLength(499);
  });

  it('are for nobody while an operator pauses collection', async () => {
    await due(opened.store);
    await opened.store.pause({ forMs: 60_000, note: 'stop' });
    expect(await claim(opened.store)).toEqual([]);
    await opened.store.resume();
    expect(await claim(opened.store)).toHaveLength(1);
  });
});

describe('S9: claims of several replicas', () => {
  it('never get the same cleanup, and together get them all', async () => {
    const objects = 400;
    await fill(opened.sql, { objects, endpoints: 7, state: 'DUE', inMs: -1_000 });
    const stores = await Promise.all([1, 2, 3, 4].map(() => PostgresStore.open(opened)));
    const claims: CleanupClaim[] = [];
    await Promise.all(
      stores.map(async (store, replica) => {
        for (let empty = 0; empty < 3;) {
          const taken = await claim(store, { claimant: `r${String(replica)}`, limit: 16 });
          claims.push(...taken);
          empty = taken.length === 0 ? empty + 1 : 0;
        }
      }),
    );
    expect(claims).toHaveLength(objects);
    expect(new Set(claims.map(({ cleanupId }) => cleanupId)).size).toBe(objects);
    expect(new Set(claims.map(({ fence }) => fence)).size).toBe(objects);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('never wait: what somebody has locked is passed over', async () => {
    for (const host of ['a', 'a', 'b']) await due(opened.store, host);
    const other = sqlClient(opened.url, { connection: { search_path: opened.schema }, max: 1 });
    await other.begin(async (transaction) => {
      await transaction`select from object where endpoint = 'http://b' or object_key = (
        select object_key from object where endpoint = 'http://a' order by due_at limit 1) for no key update`;
      expect(hosts(await claim(opened.store))).toEqual(['a']);
    });
    expect(hosts(await claim(opened.store))).toEqual(['a', 'b']);
  });
});

describe('S8 L2: a claim that ran out', () => {
  it('is taken over in one step: the lost attempt, a larger fence, and no place for the zombie', async () => {
    const clock = await holdClock(opened);
    const { store } = opened;
    const lost = await claimed(store, 1_000);
    await clock.advance(999);
    expect(await claim(store)).toEqual([]);
    await clock.advance(1);
    const taken = await claimOne(store);
    expect(taken).toMatchObject({ cleanupId: lost.cleanupId, attempt: 2 });
    expect(taken.fence).toBeGreaterThan(lost.fence);
    expect(await store.settleCleanups([outcome(lost, 'done'), outcome(taken, 'done')])).toEqual([
      'stale',
      'settled',
    ]);
    const attempts = await store.listAttempts(lost.cleanupId, 10);
    expect(attempts.map(({ fence, outcome }) => [fence, outcome])).toEqual([
      [lost.fence, 'LOST'],
      [taken.fence, 'DONE'],
    ]);
    await expectRecount(opened);
  });

  it('16 times is abandoned, and takes no slot', async () => {
    const clock = await holdClock(opened);
    const { store } = opened;
    const { cleanupId } = await claimed(store, 1_000);
    for (let losses = 1; losses < 16; losses += 1) {
      await clock.advance(1_000);
      await claimOne(store, 1_000);
    }
    await clock.advance(1_000);
    expect(await claim(store)).toEqual([]);
    expect(await store.getCleanup(cleanupId)).toMatchObject({
      ...{ state: 'ABANDONED', abandonReason: 'CLAIM_LOST', attempts: 16 },
    });
    expect((await expectRecount(opened)).attempts).toMatchObject({ claimed: 16, lost: 16 });
  });
});
