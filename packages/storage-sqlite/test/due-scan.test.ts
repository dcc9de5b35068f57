import type { LeaseStore } from '@lease/core';
import { createCommand, httpCleanup } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { openStore, uuid } from './open.js';

const CLAIM = { claimant: 'r1', limit: 10, perEndpointLimit: 5, busyEndpoints: [], claimMs: 40_000 };

/** A store with objects that fell due one after another, at the endpoints that are named. */
async function due(endpoints: readonly string[]) {
  const opened = openStore();
  const leaseIds = endpoints.map((_, at) => uuid(at));
  await opened.store.create(
    endpoints.map((endpoint, at) =>
      createCommand({ leaseId: uuid(at), cleanup: httpCleanup({ url: `http://${endpoint}/` }) }),
    ),
  );
  await opened.store.release(
    leaseIds.map((leaseId) => ({ leaseId, serviceId: 'service-a', disposition: 'COLLECT' as const })),
  );
  return opened;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `h${String(n)}`);

/** What is due at numbered endpoints is attempted, fails, and waits for an hour. */
async function backOff(store: LeaseStore): Promise<void> {
  const busyEndpoints = ['a-dead', 'a-well', 'well'].map((name) => `http://${name}`);
  for (;;) {
    const claims = await store.claimCleanups({ ...CLAIM, limit: 1_000, busyEndpoints });
    if (claims.length === 0) return;
    const failed = { kind: 'retry', contact: 'answered', delayMs: 3_600_000 } as const;
    await store.settleCleanups(
      claims.map(({ cleanupId, object, fence }) => ({
        ...{ cleanupId, object, fence, ...failed, abandonReason: 'ATTEMPTS_EXHAUSTED' },
      })),
    );
  }
}

const hosts = (claims: readonly { readonly endpoint: string }[]) =>
  claims.map(({ endpoint }) => endpoint.slice('http://'.length));

describe('claims on SQLite', () => {
  it('L3: go in turn over endpoints, and on from where the last one stopped', async () => {
    const { store } = await due(['a', 'a', 'a', 'b', 'c']);
    expect(hosts(await store.claimCleanups({ ...CLAIM, limit: 2 }))).toEqual(['a', 'b']);
    expect(hosts(await store.claimCleanups({ ...CLAIM, limit: 2 }))).toEqual(['c', 'a']);
    expect(hosts(await store.claimCleanups({ ...CLAIM, limit: 2 }))).toEqual(['a']);
    await store.close();
  });

  it('L1: find the one that is due among thousands of endpoints in backoff, at once', async () => {
    const { store } = await due([...numbered(3_000), 'well']);
    await backOff(store);
    expect(hosts(await store.claimCleanups(CLAIM))).toEqual(['well']);
    await store.close();
  });

  /** Many are due, all behind an open breaker, so that the endpoints have to be scanned. */
  const BREAKER_OPEN = { ...CLAIM, busyEndpoints: ['http://a-dead'] };

  it('L1: likewise when hundreds are due at an endpoint that is passed over', async () => {
    const dead = Array.from({ length: 300 }, () => 'a-dead');
    const { store } = await due([...dead, ...numbered(6_000), 'well']);
    await backOff(store);
    expect(hosts(await store.claimCleanups(BREAKER_OPEN))).toEqual(['well']);
    await store.close();
  });

  it('look at 8,000 endpoints in one call, and go on from there in the next', async () => {
    const dead = Array.from({ length: 300 }, () => 'a-dead');
    const { store, reopen } = await due([...dead, ...numbered(8_200), 'well']);
    await backOff(store);
    await store.close();
    const again = reopen();
    expect(await again.claimCleanups(BREAKER_OPEN)).toEqual([]);
    expect(hosts(await again.claimCleanups(BREAKER_OPEN))).toEqual(['well']);
    await again.close();
  });

  it('look at 1,000 in one call where some of them have work', async () => {
    const { store, reopen } = await due([
      ...numbered(1_200),
      ...Array.from({ length: 300 }, () => 'a-well'),
      'well',
    ]);
    await backOff(store);
    await store.close();
    const again = reopen();
    expect(new Set(hosts(await again.claimCleanups(CLAIM)))).toEqual(new Set(['a-well']));
    expect(new Set(hosts(await again.claimCleanups(CLAIM)))).toEqual(new Set(['a-well', 'well']));
    await again.close();
  });

  it('L3: reach every endpoint of thousands with due work, each once before any twice', async () => {
    const names = Array.from({ length: 1_500 }, (_, n) => `h${String(n)}`);
    const { store } = await due([...names, ...names]);
    const seen: string[] = [];
    while (seen.length < names.length)
      seen.push(...hosts(await store.claimCleanups({ ...CLAIM, limit: 50 })));
    expect(new Set(seen).size).toBe(names.length);
    await store.close();
  });

  it('pass over busy endpoints, by few and by many due objects', async () => {
    for (const copies of [1, 200]) {
      const endpoints = ['a', 'b'].flatMap((name) => Array.from({ length: copies }, () => name));
      const { store } = await due(endpoints);
      const claims = await store.claimCleanups({ ...CLAIM, busyEndpoints: ['http://a'] });
      expect(new Set(hosts(claims))).toEqual(new Set(['b']));
      await store.close();
    }
  });
});
