import { httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { outcomeOf } from './trial.js';

const answers = (results: readonly { outcome: string; reason?: string }[]) =>
  results.map(({ outcome, reason }) => reason ?? outcome);

export const batchLaws: readonly StoreLaw[] = [
  law('S3', 'an empty batch is answered with nothing', async ({ store }) => {
    const results = await Promise.all([
      store.create([]),
      store.renew([]),
      store.release([]),
      store.settleCleanups([]),
      store.retryCleanups([]),
      store.forgetCleanups([]),
    ]);
    checkEqual(results, [[], [], [], [], [], []], 'answers');
  }),

  law('S3', 'a thousand elements are answered each at its place', async (trial) => {
    const commands = Array.from({ length: 1_000 }, (_, index) => trial.command({ ttlMs: 1_000 + index }));
    const results = await trial.store.create(commands);
    const ttls = results.map((result) => (result.outcome === 'done' ? result.lease.ttlMs : 0));
    checkEqual(
      ttls,
      commands.map(({ ttlMs }) => ttlMs),
      'ttls',
    );
    const renewals = commands.map(({ leaseId, serviceId }) => ({ leaseId, serviceId }));
    const renewed = await trial.store.renew(renewals);
    const ids = renewed.map((result) => (result.outcome === 'done' ? result.lease.leaseId : ''));
    checkEqual(
      ids,
      commands.map(({ leaseId }) => leaseId),
      'ids',
    );
  }),

  law('S3', 'a bad element of a batch of creates fails alone', async (trial) => {
    const taken = await trial.create();
    const { object } = await trial.fallDue({ serviceId: 'service-b' });
    await trial.claimOne();
    const results = await trial.store.create([
      trial.command(),
      trial.command({ leaseId: taken.leaseId, ttlMs: 1 }),
      trial.command({ object }),
      trial.command({ serviceId: 'service-c', maxActive: 0 }),
      trial.command(),
    ]);
    checkEqual(
      answers(results),
      ['done', 'LEASE_ID_TAKEN', 'OBJECT_BEING_COLLECTED', 'LEASE_QUOTA_EXCEEDED', 'done'],
      'answers',
    );
  }),

  law('S3', 'a bad element of a batch of renewals or releases fails alone', async (trial) => {
    const lease = await trial.create();
    const ended = await trial.create();
    await trial.release(ended);
    const named = ({ leaseId, serviceId }: typeof lease) => ({ leaseId, serviceId });
    const bad = [
      { ...named(lease), leaseId: trial.random.uuid() },
      { ...named(lease), serviceId: 'service-b' },
    ];
    const renewed = await trial.store.renew([...bad, named(ended), named(lease)]);
    checkEqual(
      answers(renewed),
      ['LEASE_NOT_FOUND', 'NOT_LEASE_HOLDER', 'LEASE_ENDED', 'done'],
      'answers to renewals',
    );
    const released = await trial.store.release(
      [...bad, named(lease), named(ended)].map((name) => ({ ...name, disposition: 'COLLECT' as const })),
    );
    checkEqual(
      answers(released),
      ['LEASE_NOT_FOUND', 'NOT_LEASE_HOLDER', 'done', 'done'],
      'answers to releases',
    );
  }),

  law('S3', 'a lease may be named twice in a batch: the elements follow one another', async (trial) => {
    const { leaseId, serviceId } = await trial.create();
    const renewed = await trial.store.renew([
      { leaseId, serviceId },
      { leaseId, serviceId, ttlMs: 60_000 },
    ]);
    const counts = renewed.map((result) => (result.outcome === 'done' ? result.lease.renewalCount : 0));
    checkEqual(counts, [1, 2], 'renewal counts');
    const released = await trial.store.release([
      { leaseId, serviceId, disposition: 'COLLECT' },
      { leaseId, serviceId, disposition: 'COLLECT' },
      { leaseId, serviceId, disposition: 'KEEP' },
    ]);
    checkEqual(answers(released), ['done', 'done', 'LEASE_ENDED'], 'answers to releases');
    const { renewals, released: ended } = (await trial.store.stats()).leases;
    checkEqual([renewals, ended], [2, 1], 'renewals, released');
  }),

  law('S1', 'an object may be named twice in a batch of creates: the first revives it', async (trial) => {
    const { object } = await trial.fallDue();
    const results = await trial.store.create([trial.command({ object }), trial.command({ object })]);
    const revived = results.map((result) => result.outcome === 'done' && result.lease.revived);
    checkEqual(revived, [true, false], 'revived');
    checkEqual((await trial.store.stats()).cleanups.revived, 1, 'revived runs');
  }),

  law('S6 R16', 'the last leases on an object released in one batch make it due, once', async (trial) => {
    const object = trial.object();
    const results = await trial.store.create([
      trial.command({ object, cleanup: httpCleanup() }),
      trial.command({ object }),
      trial.command({ object }),
    ]);
    const releases = results.flatMap((result) =>
      result.outcome === 'done'
        ? [{ leaseId: result.lease.leaseId, serviceId: 'service-a', disposition: 'COLLECT' as const }]
        : [],
    );
    await trial.store.release(releases);
    checkEqual((await trial.store.stats()).cleanups.ended, 1, 'lives ended');
    checkEqual((await trial.claimOne()).lastLeaseId, releases.at(-1)?.leaseId, 'the last lease');
  }),

  law('S8', 'outcomes of a batch are judged each alone', async (trial) => {
    for (let objects = 0; objects < 3; objects++) await trial.fallDue();
    const [first, second, third] = await trial.claim();
    check(first !== undefined && second !== undefined && third !== undefined, 'three claims');
    const results = await trial.store.settleCleanups([
      outcomeOf(first, 'done'),
      outcomeOf({ ...second, fence: first.fence }, 'done'),
      outcomeOf(first, 'done'),
      outcomeOf(third, { kind: 'fail' }),
      outcomeOf(third, 'done'),
      outcomeOf(second, { kind: 'retry' }),
    ]);
    checkEqual(results, ['settled', 'stale', 'settled', 'settled', 'stale', 'settled'], 'answers');
    const { done, failed, retried, stale } = (await trial.store.stats()).attempts;
    checkEqual([done, failed, retried, stale], [1, 1, 1, 2], 'done, failed, retried, stale');
  }),

  law('S3', "operators' commands of a batch are judged each alone", async (trial) => {
    const { cleanupId } = await trial.fallAbandoned();
    const unknown = trial.random.uuid();
    const retried = await trial.store.retryCleanups([
      { cleanupId: unknown, delayMs: 0 },
      { cleanupId, delayMs: 0 },
      { cleanupId, delayMs: 0 },
    ]);
    checkEqual(retried, ['CLEANUP_NOT_FOUND', 'retried', 'CLEANUP_NOT_ABANDONED'], 'answers to retries');
    const forgotten = await trial.store.forgetCleanups([
      { cleanupId: unknown, reason: 'r' },
      { cleanupId, reason: 'r' },
    ]);
    checkEqual(forgotten, ['CLEANUP_NOT_FOUND', 'forgotten'], 'answers to forgets');
  }),
];
