import type { Cleanup, Lease, LeaseStore, ListCleanups, ListLeases } from '@lease/core';
import { learn } from './collection.js';
import { allowed, same } from './difference.js';
import type { Model, Run } from './records.js';
import { attemptView, cleanupView, stateView, statsView } from './views.js';

const FINISHED = ['COLLECTED', 'REVIVED', 'FORGOTTEN'] as const;

/** Every page of a listing. */
async function readLeases(store: LeaseStore, query: ListLeases): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let next: ListLeases | undefined = query; next;) {
    const page = await store.list(next);
    allowed('exceed the size of a page', page.leases.length <= query.limit);
    leases.push(...page.leases);
    next = page.nextCursor === undefined ? undefined : { ...query, cursor: page.nextCursor };
  }
  return leases;
}

/** Every page of a listing. */
async function readCleanups(store: LeaseStore, query: ListCleanups): Promise<Cleanup[]> {
  const cleanups: Cleanup[] = [];
  for (let next: ListCleanups | undefined = query; next;) {
    const page = await store.listCleanups(next);
    allowed('exceed the size of a page', page.cleanups.length <= query.limit);
    cleanups.push(...page.cleanups);
    next = page.nextCursor === undefined ? undefined : { ...query, cursor: page.nextCursor };
  }
  return cleanups;
}

/** The listing of leases that the query names is the model's. Order is the store's affair. */
export async function compareLeases(store: LeaseStore, model: Model, query: ListLeases): Promise<void> {
  const expected = model.leases
    .filter(({ pruned }) => !pruned)
    .map(({ lease }) => lease)
    .filter(
      (lease) =>
        (query.serviceId ?? lease.serviceId) === lease.serviceId &&
        (query.objectType ?? lease.object.type) === lease.object.type &&
        (query.objectId ?? lease.object.id) === lease.object.id &&
        (query.state ?? lease.state) === lease.state,
    );
  const byId = (a: Lease, b: Lease) => (a.leaseId < b.leaseId ? -1 : 1);
  same('leases', (await readLeases(store, query)).sort(byId), expected.sort(byId));
}

/** The listing of cleanups that the query names is the model's. */
export async function compareCleanups(store: LeaseStore, model: Model, query: ListCleanups): Promise<void> {
  const listed = await readCleanups(store, query);
  const expected = model.runs.filter(
    (run) =>
      !run.pruned &&
      (query.state === undefined ? !isFinished(run) : run.state === query.state) &&
      (query.serviceId ?? run.given.serviceId) === run.given.serviceId,
  );
  for (const run of expected) {
    const seen = listed.find(({ generation }) => generation === run.generation);
    if (seen) learn(run, seen);
  }
  const byGeneration = (a: Cleanup, b: Cleanup) => a.generation - b.generation;
  same('cleanups', listed.sort(byGeneration), expected.map(cleanupView).sort(byGeneration));
}

/** All that changes often: leases, pending cleanups, totals, pauses. */
export async function compareState(store: LeaseStore, model: Model): Promise<void> {
  // All at once: to wait for a database four times takes longer than what it does.
  const [state, , , { nextCheckTime, ...totals }] = await Promise.all([
    store.collectionState(),
    compareLeases(store, model, { limit: 1_000 }),
    compareCleanups(store, model, { limit: 1_000 }),
    store.stats(),
  ]);
  same('collection state', state, stateView(model));
  same('totals (S6, S16)', totals, statsView(model));
  // When, is the store's affair.
  const active = model.leases.some(({ lease }) => lease.state === 'ACTIVE');
  same('whether a lease is to be checked', nextCheckTime !== undefined, active);
}

/** All that can be read. */
export async function compareAll(store: LeaseStore, model: Model): Promise<void> {
  await compareState(store, model);
  for (const state of FINISHED) await compareCleanups(store, model, { state, limit: 7 });
  await Promise.all(model.runs.map((run) => compareRun(store, model, run)));
  await Promise.all(
    model.leases.map(async ({ lease, pruned }) => {
      const again = model.leases.some((other) => !other.pruned && other.lease.leaseId === lease.leaseId);
      if (!pruned || again) return;
      same('a pruned lease', (await store.get(lease.leaseId)).lease, undefined);
    }),
  );
}

async function compareRun(store: LeaseStore, model: Model, run: Run): Promise<void> {
  const { cleanupId } = run;
  if (cleanupId === undefined) return;
  const [cleanup, attempts] = await Promise.all([
    store.getCleanup(cleanupId),
    store.listAttempts(cleanupId, 1_000),
  ]);
  same('cleanup', cleanup, run.pruned ? undefined : cleanupView(run));
  const modelled = model.attempts.filter((attempt) => attempt.run === run && !attempt.pruned);
  same('attempts', attempts, modelled.map(attemptView));
}

const isFinished = ({ state }: Run) => (FINISHED as readonly string[]).includes(state);
