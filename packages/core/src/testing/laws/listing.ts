import type { ObjectRef } from '../../lease/object-ref.js';
import type { Lease } from '../../lease/lease.js';
import { httpCleanup, objectRef } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { done, type Trial } from './trial.js';

const idsOf = (leases: readonly Lease[]) => leases.map(({ leaseId }) => leaseId).sort();

async function createSome(trial: Trial, count: number): Promise<Lease[]> {
  return (await trial.store.create(Array.from({ length: count }, () => trial.command()))).map(done);
}

export const listingLaws: readonly StoreLaw[] = [
  law('S3', 'every lease is listed once, as it is, whatever the page size', async (trial) => {
    const leases = await createSome(trial, 23);
    for (const limit of [1, 2, 7, 23, 24, 1_000]) {
      const listed = await trial.leases({ limit });
      checkEqual(idsOf(listed), idsOf(leases), `leases in pages of ${limit}`);
      for (const lease of listed) checkEqual(await trial.read(lease), lease, 'a listed lease');
    }
  }),

  law('S3', 'a page holds no more than its limit, and an empty listing has no next page', async (trial) => {
    const { leases, nextCursor } = await trial.store.list({ limit: 5 });
    checkEqual([leases, nextCursor], [[], undefined], 'leases, cursor of an empty store');
    await createSome(trial, 12);
    const page = await trial.store.list({ limit: 5 });
    check(page.leases.length <= 5, `a page of 5 holds ${page.leases.length}`);
  }),

  law(
    'S3',
    'leases are listed by service, object type, object and state, alone and together',
    async (trial) => {
      const objects: ObjectRef[] = [
        objectRef('one', 'blob'),
        objectRef('two', 'blob'),
        objectRef('one', 'custom'),
      ];
      const all: Lease[] = [];
      for (const object of objects) {
        for (const serviceId of ['service-a', 'service-b']) {
          all.push(await trial.create({ object, serviceId }));
          all.push(done(await trial.release(await trial.create({ object, serviceId }))));
        }
      }
      const queries = [
        {},
        { serviceId: 'service-a' },
        { state: 'RELEASED' },
        { objectType: 'blob' },
        { objectType: 'blob', objectId: 'one' },
        { objectType: 'blob', serviceId: 'service-b', state: 'ACTIVE' },
        { objectType: 'custom', objectId: 'one', serviceId: 'service-b', state: 'RELEASED' },
        { objectType: 'nothing' },
        { serviceId: 'nobody' },
        { state: 'EXPIRED' },
      ] as const;
      for (const query of queries) {
        const filter: { serviceId?: string; objectType?: string; objectId?: string; state?: string } = query;
        const expected = all.filter(
          (lease) =>
            (filter.serviceId ?? lease.serviceId) === lease.serviceId &&
            (filter.objectType ?? lease.object.type) === lease.object.type &&
            (filter.objectId ?? lease.object.id) === lease.object.id &&
            (filter.state ?? lease.state) === lease.state,
        );
        checkEqual(idsOf(await trial.leases(query)), idsOf(expected), `leases for ${JSON.stringify(query)}`);
      }
    },
  ),

  law(
    'S3',
    'leases taken and ended while somebody pages neither hide nor repeat the others',
    async (trial) => {
      const steady = await createSome(trial, 20);
      const passing = await createSome(trial, 20);
      const seen: Lease[] = [];
      let page = await trial.store.list({ limit: 3 });
      for (;;) {
        seen.push(...page.leases);
        if (page.nextCursor === undefined) break;
        await createSome(trial, 2);
        const ended = passing.pop();
        if (ended !== undefined) await trial.release(ended);
        page = await trial.store.list({ limit: 3, cursor: page.nextCursor });
      }
      const ids = seen.map(({ leaseId }) => leaseId);
      checkEqual(new Set(ids).size, ids.length, 'different leases in the listing');
      const steadyIds = new Set(idsOf(steady));
      checkEqual(ids.filter((id) => steadyIds.has(id)).length, 20, 'leases that stayed, in the listing');
    },
  ),

  law('S3', 'a listing goes on where it was when the leases before it are pruned', async (trial) => {
    const leases = await createSome(trial, 10);
    for (const lease of leases.slice(0, 5)) await trial.release(lease);
    const first = await trial.store.list({ limit: 4 });
    check(first.nextCursor !== undefined, 'there is a second page');
    await trial.time.advance(7_200_000);
    await trial.store.prune({
      endedLeasesOlderThanMs: 3_600_000,
      finishedCleanupsOlderThanMs: 0,
      limit: 100,
    });
    const rest = await trial.leases({ limit: 4, cursor: first.nextCursor });
    const seen = [...first.leases, ...rest];
    const active = idsOf(leases.slice(5));
    checkEqual(idsOf(seen.filter(({ state }) => state === 'ACTIVE')), active, 'active leases in the listing');
  }),

  law('S3', 'a cursor is at most 256 characters, also behind the longest names', async (trial) => {
    const longest = '\u{1f512}'.repeat(128);
    for (let leases = 0; leases < 4; leases++) {
      const object = objectRef(longest.slice(0, -4) + `000${leases}`, 'a'.repeat(63));
      const serviceId = 's'.repeat(255) + String(leases % 2);
      await trial.fallDue({ object, serviceId });
    }
    const filter = { objectType: 'a'.repeat(63), limit: 1 };
    const { nextCursor } = await trial.store.list(filter);
    const { nextCursor: cleanupCursor } = await trial.store.listCleanups(filter);
    check(nextCursor !== undefined && cleanupCursor !== undefined, 'there are further pages');
    check(nextCursor.length <= 256, `the cursor of leases has ${nextCursor.length} characters`);
    check(cleanupCursor.length <= 256, `the cursor of cleanups has ${cleanupCursor.length} characters`);
    checkEqual((await trial.leases(filter)).length, 4, 'leases');
    checkEqual((await trial.cleanups(filter)).length, 4, 'cleanups');
  }),

  law('S3', 'open and abandoned cleanups are listed, finished ones only by their state', async (trial) => {
    await trial.fallAbandoned();
    const revived = await trial.fallDue();
    await trial.create({ object: revived.object });
    await trial.fallDue();
    await trial.settled(await trial.claimOne(), 'done');
    await trial.fallDue();
    await trial.claimOne();
    await trial.fallDue();
    const states = (await trial.cleanups()).map(({ state }) => state).sort();
    checkEqual(states, ['ABANDONED', 'CLAIMED', 'DUE'], 'states without a filter');
    for (const state of ['DUE', 'CLAIMED', 'ABANDONED', 'COLLECTED', 'REVIVED'] as const) {
      const listed = await trial.cleanups({ state });
      checkEqual(
        listed.map((cleanup) => cleanup.state),
        [state],
        `states with the filter ${state}`,
      );
      for (const cleanup of listed) checkEqual(await trial.cleanup(cleanup), cleanup, 'a listed cleanup');
    }
    checkEqual(await trial.cleanups({ state: 'FORGOTTEN' }), [], 'forgotten cleanups');
  }),

  law('S3', 'cleanups are listed by service, object type, endpoint and reason', async (trial) => {
    const at = (host: string) => httpCleanup({ url: `http://${host}/cleanup` });
    await trial.fallDue({ object: trial.object('blob'), serviceId: 'service-a', cleanup: at('a.example') });
    await trial.fallDue({ object: trial.object('blob'), serviceId: 'service-b', cleanup: at('b.example') });
    await trial.fallDue({ object: trial.object('custom'), serviceId: 'service-a', cleanup: at('b.example') });
    const count = async (query: Parameters<Trial['cleanups']>[0]) => (await trial.cleanups(query)).length;
    checkEqual(await count({ serviceId: 'service-a' }), 2, 'of service-a');
    checkEqual(await count({ objectType: 'blob' }), 2, 'of blobs');
    checkEqual(await count({ endpoint: 'http://b.example' }), 2, 'at b.example');
    checkEqual(await count({ endpoint: 'http://b.example', objectType: 'blob' }), 1, 'of blobs at b.example');
    for (const claim of await trial.claim({ busyEndpoints: ['http://a.example'] })) {
      await trial.settled(claim, { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    }
    checkEqual(await count({ abandonReason: 'TARGET_FORBIDDEN' }), 2, 'abandoned as forbidden');
    checkEqual(await count({ abandonReason: 'CLAIM_LOST' }), 0, 'abandoned as lost');
    checkEqual(await count({ state: 'ABANDONED', serviceId: 'service-b' }), 1, 'abandoned of service-b');
  }),

  law('S3', 'every cleanup is listed once, whatever the page size', async (trial) => {
    for (let objects = 0; objects < 12; objects++) await trial.fallDue();
    for (const limit of [1, 5, 12, 100]) {
      const ids = (await trial.cleanups({ limit })).map(({ cleanupId }) => cleanupId);
      checkEqual([ids.length, new Set(ids).size], [12, 12], `cleanups in pages of ${limit}, different ones`);
    }
    for (const claim of await trial.claim()) await trial.settled(claim, 'done');
    for (const limit of [1, 5, 12, 100]) {
      const ids = (await trial.cleanups({ limit, state: 'COLLECTED' })).map(({ cleanupId }) => cleanupId);
      checkEqual(
        [ids.length, new Set(ids).size],
        [12, 12],
        `collected ones in pages of ${limit}, different ones`,
      );
    }
  }),

  law('S3', 'an unknown cleanup reads as absent', async (trial) => {
    checkEqual(await trial.store.getCleanup(trial.random.uuid()), undefined, 'the cleanup');
  }),
];
