import { coalesce, type LeaseStore } from '@lease/core';
import { createCommand, objectRef } from '@lease/core/testing';
import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { sqlClient } from '../../helpers/postgres/index.js';
import { openSchema, type OpenSchema } from './open-schema.js';

/** Of what a client waits by default, 10 s, with time left for another replica. */
const GIVEN_UP_MS = 8_000;
/** A lock timeout, another that was under way already, and time for a busy machine. */
const PASSED_BY_MS = 3_000;

async function newLease(store: LeaseStore, name: string, serviceId = 'service-a'): Promise<string> {
  const leaseId = randomUUID();
  const [result] = await store.create([createCommand({ leaseId, object: objectRef(name), serviceId })]);
  expect(result).toMatchObject({ outcome: 'done' });
  return leaseId;
}

async function renew(store: LeaseStore, leaseId: string, serviceId = 'service-a'): Promise<void> {
  expect(await store.renew([{ leaseId, serviceId, ttlMs: 60_000 }])).toMatchObject([{ outcome: 'done' }]);
}

async function release(store: LeaseStore, leaseId: string, serviceId = 'service-a'): Promise<void> {
  const command = { leaseId, serviceId, disposition: 'COLLECT' } as const;
  expect(await store.release([command])).toMatchObject([{ outcome: 'done' }]);
}

/** A session that has locked the rows of a lease, an object and a service, until it is told to let go. */
async function lockRows({ url, schema }: OpenSchema, leaseId: string, objectOf: string, serviceId: string) {
  const sql = sqlClient(url, { max: 1, connection: { search_path: schema } });
  const held = await sql.reserve();
  await held`begin`;
  await held`select from lease where lease_id = ${leaseId} for update`;
  await held`select from object where object_key = (select object_key from lease where lease_id = ${objectOf}) for update`;
  await held`select from service where service_id = ${serviceId} for update`;
  return async () => {
    await held`rollback`;
    held.release();
  };
}

/** Starts the call, and tells what became of it and after how long. */
async function timed(call: Promise<unknown>) {
  const startMs = performance.now();
  const [{ status }] = await Promise.allSettled([call]);
  return { status, ms: performance.now() - startMs };
}

it('F4: a locked row fails those who need it, and nobody else of their batches', async () => {
  const opened = await openSchema();
  const store = coalesce(opened.store);
  onTestFinished(() => store.close());
  const lease = await newLease(store, 'of-locked-lease');
  const other = await newLease(store, 'locked');
  await newLease(store, 'of-busy', 'busy');
  const good = await Promise.all(Array.from({ length: 100 }, (_, n) => newLease(store, `mine-${n}`)));
  const letGo = await lockRows(opened, lease, other, 'busy');

  const stuckCalls = () => [
    renew(store, lease),
    release(store, lease),
    release(store, other),
    newLease(store, 'locked'),
    newLease(store, 'anything', 'busy'),
  ];
  const stuck = stuckCalls().map(timed);
  const callers = good.slice(0, 50).map(async (leaseId, n) => {
    // Three rounds, while more of those who must wait come in.
    const rounds = [];
    for (let round = 0; round < 3; round += 1) {
      rounds.push(await timed(newLease(store, `new-${n}-${round}`)), await timed(renew(store, leaseId)));
    }
    rounds.push(await timed(release(store, good[50 + n] ?? '')));
    if (n < 2) stuck.push(...stuckCalls().map(timed));
    return rounds;
  });
  const passed = (await Promise.all(callers)).flat();
  expect(passed.filter(({ status }) => status === 'rejected')).toEqual([]);
  expect(Math.max(...passed.map(({ ms }) => ms))).toBeLessThan(PASSED_BY_MS);
  const waited = await Promise.all(stuck);
  expect(new Set(waited.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(Math.max(...waited.map(({ ms }) => ms))).toBeLessThan(GIVEN_UP_MS);

  await letGo();
  await Promise.all([renew(store, lease), newLease(store, 'locked'), newLease(store, 'anything', 'busy')]);
  await Promise.all([release(store, lease), release(store, other)]);
});
