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
    const { store } = await due(Array.from({ length: 3_000 }, (_, n) => `h${String(n)}`));
    for (let round = 0; round < 3; round += 1) {
      const claims = await store.claimCleanups({ ...CLAIM, limit: 1_000 });
      const outcomes = claims.map(({ cleanupId, object, fence, endpoint }) => ({
        ...{ cleanupId, object, fence, kind: 'retry' as const, contact: 'answered' as const },
        ...{
          delayMs: endpoint === 'http://h2500' ? 0 : 3_600_000,
          abandonReason: 'ATTEMPTS_EXHAUSTED' as const,
        },
      }));
      await store.settleCleanups(outcomes);
    }
    expect(hosts(await store.claimCleanups(CLAIM))).toEqual(['h2500']);
    await store.close();
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
