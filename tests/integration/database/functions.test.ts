import { randomUUID } from 'node:crypto';
import { createCommand } from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlClient } from '../../helpers/postgres/index.js';
import { holdClock, openSchema, type OpenSchema, valueOf } from './open-schema.js';
import { expectRecount } from './recount.js';
import { abandoned, claimed, claimOne, due, held, outcome } from './states.js';

let opened: OpenSchema;

beforeEach(async () => {
  opened = await openSchema();
});
afterEach(() => opened.store.close());

/** Runs the work while another session holds what the statement locks. */
async function whileLocked(statement: string, work: () => Promise<void>): Promise<void> {
  const other = sqlClient(opened.url, { connection: { search_path: opened.schema }, max: 1 });
  await other.begin(async (transaction) => {
    await transaction.unsafe(statement);
    await work();
  });
}

describe('S6 S16: lease_fold_v1', () => {
  it('moves so many entries and no more, and the truth stays the same at each step', async () => {
    for (let n = 0; n < 6; n += 1) await due(opened.store);
    const { sql } = opened;
    const before = await expectRecount(opened);
    const entries = Number(await valueOf(sql`select count(*) from ledger`));
    expect(await valueOf(sql`select lease_fold_v1(5)`)).toBe(5);
    expect(await valueOf(sql`select count(*)::int from ledger`)).toBe(entries - 5);
    expect({ ...(await expectRecount(opened)), now: 0 }).toEqual({ ...before, now: 0 });
    expect(await valueOf(sql`select lease_fold_v1(1000)`)).toBe(entries - 5);
    expect({ ...(await expectRecount(opened)), now: 0 }).toEqual({ ...before, now: 0 });
    expect(await valueOf(sql`select lease_fold_v1(1000)`)).toBe(0);
  });

  it('leaves it to the session that is at it', async () => {
    await due(opened.store);
    await whileLocked('select from total for update', async () => {
      expect(await valueOf(opened.sql`select lease_fold_v1(1000)`)).toBe(0);
    });
    expect(await valueOf(opened.sql`select lease_fold_v1(1000)`)).toBeGreaterThan(0);
  });

  it('S14: keeps the renewals of the last minute, and forgets those before', async () => {
    const clock = await holdClock(opened);
    const { sql, store } = opened;
    const { leaseId, serviceId } = await held(store);
    for (let seconds = 0; seconds < 90; seconds += 2) {
      await store.renew([{ leaseId, serviceId }]);
      await sql`select lease_fold_v1(1000)`;
      await clock.advance(2_000);
    }
    expect(await valueOf(sql`select sum(renewed)::int from renewal_step`)).toBe(30);
  });

  it('happens by writing alone: the ledger and the refunds stay short', async () => {
    const { sql, store } = opened;
    const { leaseId, serviceId } = await held(store);
    let longest = 0;
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => store.renew([{ leaseId, serviceId }])));
      longest = Math.max(longest, Number(await valueOf(sql`select count(*) from ledger`)));
    }
    expect(longest).toBeLessThan(1_000);
    expect((await expectRecount(opened)).leases.renewals).toBe(2_000);
  });
});

describe('S10: lease_fold_refunds_v1', () => {
  /** Three services, each with a lease that ended. */
  async function refunds() {
    for (const serviceId of ['a', 'b', 'c']) {
      const { leaseId } = createCommand({ leaseId: randomUUID() });
      await opened.store.create([createCommand({ leaseId, serviceId })]);
      await opened.store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]);
    }
  }

  it('passes over a service that somebody holds, and comes back to it', async () => {
    await refunds();
    const { sql } = opened;
    await whileLocked(`select from service where service_id = 'b' for no key update`, async () => {
      expect(await valueOf(sql`select lease_fold_refunds_v1(100)`)).toBe(2);
      expect(await sql`select service_id from service_refund`).toEqual([{ service_id: 'b' }]);
    });
    expect(await valueOf(sql`select lease_fold_refunds_v1(100)`)).toBe(1);
    expect(await sql`select used::int from service`).toEqual([{ used: 0 }, { used: 0 }, { used: 0 }]);
  });

  it('waits in line where only held services are left, or a hot one would keep its refunds for ever', async () => {
    await refunds();
    const { sql } = opened;
    let folding: Promise<unknown> | undefined;
    await whileLocked('select from service for no key update', async () => {
      folding = valueOf(sql`select lease_fold_refunds_v1(100)`);
      await expect
        .poll(() => valueOf(sql`select count(*)::int from pg_locks where not granted`))
        .toBeGreaterThan(0);
    });
    expect(await folding).toBe(3);
  });
});

describe('durations', () => {
  it('as long as a number can say mean for ever, to a prune and to a sweep', async () => {
    const { store } = opened;
    const clock = await holdClock(opened);
    await due(store);
    const { leaseId } = await held(store);
    await clock.advance(365 * 86_400_000);
    const graceMs = Number.MAX_SAFE_INTEGER;
    const sweep = { limit: 10, graceMs, brakeShare: 0.25 };
    expect(await store.expireDue(sweep)).toMatchObject({ status: 'swept', expired: 0 });
    // A gap, and what follows it: leases are met again after it, grace or not.
    await clock.advance(60_000);
    expect(await store.expireDue(sweep)).toMatchObject({ status: 'paused', expired: 0 });
    await clock.advance(500);
    await store.expireDue({ ...sweep, graceMs: 0 });
    const kept = { endedLeasesOlderThanMs: graceMs, finishedCleanupsOlderThanMs: graceMs, limit: 10 };
    expect(await store.prune(kept)).toEqual({ leases: 0, cleanups: 0, more: false });
    expect((await store.get(leaseId)).lease?.state).toBe('ACTIVE');
  });
});

describe('R15: lease_settle_v1', () => {
  it('is not kept from its work by what an endpoint answered', async () => {
    const claim = await claimed(opened.store);
    const hostile = { detail: 'a\0b\ud800', statusCode: 2 ** 40, durationMs: Number.NaN };
    expect(await opened.store.settleCleanups([{ ...outcome(claim, 'done'), ...hostile }])).toEqual([
      'settled',
    ]);
    const cleanup = await opened.store.getCleanup(claim.cleanupId);
    expect([cleanup?.state, cleanup?.lastDetail]).toEqual(['COLLECTED', 'a b\ufffd']);
  });

  it('S8: answers a batch as if its elements ran one after another', async () => {
    const claim = await claimed(opened.store);
    const done = outcome(claim, 'done');
    const zombie = { ...done, fence: claim.fence - 1 };
    const stranger = { ...done, object: { type: 'custom', id: 'nobody' } };
    const batch = [zombie, outcome(claim, 'unstarted'), done, outcome(claim, 'unstarted'), stranger];
    const results = await opened.store.settleCleanups(batch);
    expect(results).toEqual(['stale', 'settled', 'stale', 'settled', 'stale']);
    expect((await expectRecount(opened)).attempts).toMatchObject({ unstarted: 1, stale: 3 });
    expect(await claimOne(opened.store)).toMatchObject({ cleanupId: claim.cleanupId, attempt: 1 });
  });
});

describe('lease_requeue_abandoned_v1', () => {
  it('makes so many due again, one after the other', async () => {
    const clock = await holdClock(opened);
    const { sql, store } = opened;
    for (let n = 0; n < 5; n += 1) await abandoned(store);
    expect(await valueOf(sql`select lease_requeue_abandoned_v1(3, 1000)`)).toBe(3);
    const dueAt = await sql<{ ms: number }[]>`
      select extract(epoch from due_at - lease_now())::int * 1000 as ms from object where state = 'DUE' order by due_at`;
    expect(dueAt.map(({ ms }) => ms)).toEqual([1_000, 2_000, 3_000]);
    await clock.advance(1_000);
    expect((await claimOne(store)).attempt).toBe(2);
    expect(await valueOf(sql`select lease_requeue_abandoned_v1(3)`)).toBe(2);
    expect(await valueOf(sql`select lease_requeue_abandoned_v1(3)`)).toBe(0);
    await expectRecount(opened);
  });

  it('of one endpoint, if asked', async () => {
    await abandoned(opened.store);
    const [{ endpoint } = { endpoint: '' }] = await opened.sql<
      { endpoint: string }[]
    >`select endpoint from object`;
    expect(await valueOf(opened.sql`select lease_requeue_abandoned_v1(9, 0, 'http://elsewhere')`)).toBe(0);
    expect(await valueOf(opened.sql`select lease_requeue_abandoned_v1(9, 0, ${endpoint})`)).toBe(1);
  });
});

describe('L4: lease_prune_v1', () => {
  const all = { endedLeasesOlderThanMs: -1, finishedCleanupsOlderThanMs: -1, limit: 2 };

  it('never waits: what is locked stays for another time', async () => {
    const { sql, store } = opened;
    const { leaseId } = await due(store);
    await due(store);
    await whileLocked(`select from lease where lease_id = '${leaseId}' for update`, async () => {
      expect((await store.prune(all)).leases).toBe(1);
    });
    expect(await sql`select lease_id from lease`).toEqual([{ lease_id: leaseId }]);
  });

  it('S10: drops services that hold nothing, in steps, and no other', async () => {
    const { sql, store } = opened;
    const commands = ['a', 'b', 'c', 'd', 'e'].map((serviceId) =>
      createCommand({ leaseId: randomUUID(), serviceId, maxActive: 1 }),
    );
    await store.create(commands);
    const [, ...others] = commands;
    await store.release(
      others.map(({ leaseId, serviceId }) => ({ leaseId, serviceId, disposition: 'COLLECT' })),
    );
    for (let step = 0; step < 3; step += 1) await store.prune(all);
    expect(await sql`select service_id, used::int from service`).toEqual([{ service_id: 'a', used: 1 }]);
    const again = ['a', 'b'].map((serviceId) =>
      createCommand({ leaseId: randomUUID(), serviceId, maxActive: 1 }),
    );
    expect((await store.create(again)).map(({ outcome }) => outcome)).toEqual(['refused', 'done']);
  });

  it('S10: of a service that is used again at the same time loses no lease', async () => {
    const { store } = opened;
    const other = await PostgresStore.open(opened);
    const rounds = Array.from({ length: 60 }, async (_, round) => {
      const [lease] = [createCommand({ leaseId: randomUUID(), serviceId: `s${String(round % 3)}` })];
      await store.create([lease]);
      const { leaseId, serviceId } = lease;
      await store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]);
      await other.prune({ ...all, endedLeasesOlderThanMs: 3_600_000 });
    });
    await Promise.all(rounds);
    await expectRecount(opened);
    await other.close();
  });
});
