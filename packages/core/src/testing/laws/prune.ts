import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, type Trial } from './trial.js';

const HOUR_MS = 3_600_000;

const prune = (trial: Trial, limit = 100) =>
  trial.store.prune({ endedLeasesOlderThanMs: HOUR_MS, finishedCleanupsOlderThanMs: HOUR_MS, limit });

export const pruneLaws: readonly StoreLaw[] = [
  law('S4', 'ended leases stay for as long as asked, active ones for ever', async (trial) => {
    const old = await trial.create();
    await trial.release(old);
    const active = await trial.create();
    await trial.time.advance(HOUR_MS);
    const recent = await trial.create();
    await trial.release(recent);
    await trial.time.advance(HOUR_MS / 2);
    checkEqual((await prune(trial)).leases, 1, 'pruned leases');
    checkEqual((await trial.store.get(old.leaseId)).lease, undefined, 'the lease that ended long ago');
    checkEqual((await trial.read(recent)).state, 'RELEASED', 'the lease that ended lately');
    checkEqual((await trial.read(active)).state, 'ACTIVE', 'the active lease');
  }),

  law('S3', 'a pruned lease is unknown to every verb, and its id is free', async (trial) => {
    const command = trial.command();
    const lease = await trial.create(command);
    await trial.release(lease);
    await trial.time.advance(2 * HOUR_MS);
    await prune(trial);
    checkRefused(await trial.renew(lease), 'LEASE_NOT_FOUND');
    checkRefused(await trial.release(lease), 'LEASE_NOT_FOUND');
    checkEqual(await trial.leases(), [], 'leases');
    const again = await trial.tryCreate(command);
    check(again.outcome === 'done' && !again.replayed, 'the same create makes a lease again');
    check(again.lease.generation > lease.generation, 'in another life of the object');
  }),

  law('S6 S16', 'pruning moves no total', async (trial) => {
    for (let lives = 0; lives < 5; lives++) await trial.fallDue();
    for (const claim of await trial.claim({ limit: 3 })) await trial.settled(claim, 'done');
    await trial.release(await trial.createCollectable(), 'KEEP');
    await trial.time.advance(2 * HOUR_MS);
    const { now: before, ...stats } = await trial.store.stats();
    const { leases, cleanups } = await prune(trial);
    checkEqual(leases, 6, 'pruned leases');
    check(cleanups >= 3, `the three finished cleanups are pruned, but ${cleanups} were`);
    checkEqual(await trial.store.stats(), { ...stats, now: before }, 'the totals');
  }),

  law('S6', 'finished cleanups and their attempts are pruned, pending ones are not', async (trial) => {
    await trial.fallDue();
    const finished = await trial.claimOne();
    await trial.settled(finished, 'done');
    const abandoned = await trial.fallAbandoned();
    await trial.fallDue();
    const claimed = await trial.claimOne({ claimMs: 10 * HOUR_MS });
    const due = await trial.fallDue();
    await trial.time.advance(2 * HOUR_MS);
    checkEqual(await trial.cleanups({ state: 'COLLECTED' }).then((all) => all.length), 1, 'collected before');
    while ((await prune(trial)).more);
    checkEqual(await trial.store.getCleanup(finished.cleanupId), undefined, 'the finished cleanup');
    checkEqual(await trial.store.listAttempts(finished.cleanupId, 10), [], 'its attempts');
    checkEqual((await trial.cleanup(abandoned)).state, 'ABANDONED', 'state of the abandoned one');
    checkEqual((await trial.cleanup(claimed)).state, 'CLAIMED', 'state of the claimed one');
    checkEqual((await trial.claimOne()).lastLeaseId, due.leaseId, 'the due one, though its lease was pruned');
  }),

  law('L4', 'a step of pruning is bounded, and says whether there is more', async (trial) => {
    for (let leases = 0; leases < 7; leases++) await trial.fallDue();
    for (const claim of await trial.claim()) await trial.settled(claim, 'done');
    await trial.time.advance(2 * HOUR_MS);
    const first = await prune(trial, 3);
    check(first.leases <= 3 && first.cleanups <= 3, 'a step of three prunes no more than three of a kind');
    check(first.more, 'there is more');
    let leases = first.leases;
    let steps = 1;
    for (let report = first; report.more && steps < 20; steps++) {
      report = await prune(trial, 3);
      leases += report.leases;
    }
    checkEqual(leases, 7, 'pruned leases in all');
    check(steps < 20, 'pruning comes to an end');
    checkEqual(await trial.leases(), [], 'leases');
    checkEqual(await trial.cleanups({ state: 'COLLECTED' }), [], 'collected cleanups');
  }),

  law('L4', 'pruning an empty store does nothing', async (trial) => {
    checkEqual(await prune(trial), { leases: 0, cleanups: 0, more: false }, 'the report');
  }),

  law('S10', 'pruning gives no place of the quota back, once more', async (trial) => {
    const lease = await trial.create({ maxActive: 1 });
    await trial.release(lease);
    await trial.create({ maxActive: 1, ttlMs: 10 * HOUR_MS });
    await trial.time.advance(2 * HOUR_MS);
    await prune(trial);
    checkRefused(await trial.tryCreate({ maxActive: 1 }), 'LEASE_QUOTA_EXCEEDED');
  }),
];
