import { randomUUID } from 'node:crypto';
import { createCommand } from '@lease/core/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSchema, type OpenSchema } from './open-schema.js';
import { randomTraffic } from './random-traffic.js';
import { expectRecount } from './recount.js';
import { abandoned, claimed, due, held, unanswered } from './states.js';

let opened: OpenSchema;

/** One schema for tests that change nothing, or nothing that the next one minds. */
async function open(): Promise<() => Promise<void>> {
  opened = await openSchema();
  return () => opened.store.close();
}

/** Resolves with the SQLSTATE that the statement failed with. */
async function refusalOf(statement: string, ...values: (string | number)[]): Promise<string> {
  return opened.sql.unsafe(statement, values).then(
    () => 'none',
    (error: unknown) => (error as { readonly code: string }).code,
  );
}

const keyOf = ({ object }: { readonly object: { readonly type: string; readonly id: string } }) =>
  `${object.type}/${object.id}`;

describe('S3 S4: a lease', () => {
  beforeAll(open);
  const refused = 'LE001';

  it('begins active', async () => {
    const { leaseId } = await held(opened.store);
    const insert = `insert into lease select ($1::text)::uuid, object_key, service_id, 'RELEASED', lane, 'COLLECT', has_cleanup, revived,
      prior_attempts, 0, generation, ttl_ms, create_time, expire_time, renew_time, check_at, create_time, request_hash
      from lease where lease_id = ($2::text)::uuid`;
    expect(await refusalOf(insert, randomUUID(), leaseId)).toBe(refused);
  });

  it.each([
    "expire_time = expire_time - interval '1 ms'",
    "service_id = 'another'",
    "object_key = object_key || 'x'",
    'ttl_ms = ttl_ms + 1',
    'generation = generation + 1',
  ])('never has its %s', async (change) => {
    const { leaseId } = await held(opened.store);
    expect(await refusalOf(`update lease set ${change} where lease_id = ($1::text)::uuid`, leaseId)).toBe(
      refused,
    );
  });

  it.each([
    `state = 'ACTIVE', end_time = null, disposition = null`,
    `state = 'EXPIRED', disposition = null`,
    "expire_time = expire_time + interval '1 h'",
    `disposition = 'KEEP'`,
  ])('that ended never has its %s', async (change) => {
    const { leaseId } = await due(opened.store);
    expect(await refusalOf(`update lease set ${change} where lease_id = ($1::text)::uuid`, leaseId)).toBe(
      refused,
    );
  });

  it('is not deleted while it is active, and is once it ended', async () => {
    const active = await held(opened.store);
    const ended = await due(opened.store);
    const remove = 'delete from lease where lease_id = ($1::text)::uuid';
    expect(await refusalOf(remove, active.leaseId)).toBe(refused);
    expect(await refusalOf(remove, ended.leaseId)).toBe('none');
  });
});

describe('S1 S6 S8: an object', () => {
  beforeAll(open);
  /** Objects by how they came where they are. */
  const STATES = {
    HELD: async () => keyOf(await held(opened.store)),
    DUE: async () => keyOf(await due(opened.store)),
    UNANSWERED: async () => keyOf(await unanswered(opened.store)),
    CLAIMED: async () => keyOf(await claimed(opened.store)),
    ABANDONED: async () => keyOf(await abandoned(opened.store)),
  };
  const HELD = `state = 'HELD', active = 1, generation = generation + 1, due_at = null, cleanup_id = null, fence = null,
    claimant = null, claim_time = null, abandon_reason = null, abandon_time = null`;
  const DUE = `state = 'DUE', active = 0, due_at = lease_now(), fence = null, claimant = null, claim_time = null,
    cleanup_id = coalesce(cleanup_id, gen_random_uuid()), abandon_reason = null, abandon_time = null`;
  const CLAIMED = `state = 'CLAIMED', active = 0, due_at = lease_now(), fence = 1, claimant = 'c', claim_time = lease_now(),
    cleanup_id = coalesce(cleanup_id, gen_random_uuid()), abandon_reason = null, abandon_time = null`;
  const ABANDONED = `state = 'ABANDONED', active = 0, due_at = null, fence = null, claimant = null, claim_time = null,
    cleanup_id = coalesce(cleanup_id, gen_random_uuid()), abandon_reason = 'CLAIM_LOST', abandon_time = lease_now()`;

  it.each<readonly [keyof typeof STATES, string, string]>([
    ['HELD', 'claimed', CLAIMED],
    ['HELD', 'abandoned', ABANDONED],
    ['HELD', 'of another generation', 'generation = generation + 1'],
    ['DUE', 'abandoned', ABANDONED],
    ['DUE', 'held without a trace of its run', HELD],
    [
      'DUE',
      'under another id',
      `${CLAIMED}, cleanup_id = gen_random_uuid()`.replace(
        'cleanup_id = coalesce(cleanup_id, gen_random_uuid()), ',
        '',
      ),
    ],
    ['UNANSWERED', 'held', HELD],
    ['CLAIMED', 'held', HELD],
    ['CLAIMED', 'due without a trace of its attempt', DUE],
    ['CLAIMED', 'abandoned without a trace of its attempt', ABANDONED],
    ['CLAIMED', 'claimed under a smaller fence', 'fence = fence - 1'],
    ['CLAIMED', 'claimed anew without a trace of its attempt', 'fence = fence + 1'],
    ['ABANDONED', 'claimed', CLAIMED],
    ['ABANDONED', 'held without a trace of its run', HELD],
  ])('that is %s does not become %s', async (state, _, change) => {
    const key = await STATES[state]();
    expect(await refusalOf(`update object set ${change} where object_key = $1`, key)).toBe('LE001');
  });

  it.each(['DUE', 'CLAIMED', 'ABANDONED'] as const)(
    'that is %s does not go without a trace of its run',
    async (state) => {
      const key = await STATES[state]();
      expect(await refusalOf('delete from object where object_key = $1', key)).toBe('LE001');
    },
  );

  it('does not begin otherwise than held', async () => {
    const key = await STATES.DUE();
    const copy = `insert into object select ((select o from object o where object_key = $1)).*`;
    expect(await refusalOf(copy, key)).toBe('LE001');
  });

  it('is never revived under an unanswered attempt, even with a trace of the run', async () => {
    const { object, cleanupId } = await unanswered(opened.store);
    await opened.sql`
      insert into finished (cleanup_id, state, end_time, object_key, generation, reason, service_id, lease_id, last_lease,
        endpoint, due_time, attempts)
      select cleanup_id, 'REVIVED', lease_now(), object_key, generation, reason, owner_service, owner_lease, last_lease,
        endpoint, due_time, attempt from object where cleanup_id = ${cleanupId}`;
    expect(await refusalOf(`update object set ${HELD} where object_key = $1`, keyOf({ object }))).toBe(
      'LE001',
    );
  });
});

describe('S6 S16 S10: the ledger', () => {
  beforeEach(open);
  const moved = new Map<string, number>();
  it('counts what a statement from outside does', async () => {
    for (let n = 0; n < 3; n += 1) await held(opened.store);
    await opened.sql`update lease set state = 'EXPIRED', end_time = lease_now()`;
    await opened.sql`
      update object set state = 'DUE', active = 0, due_at = lease_now(), cleanup_id = gen_random_uuid(),
        reason = 'EXPIRED', last_lease = owner_lease, due_time = lease_now()`;
    const { leases, cleanups, heldObjects } = await expectRecount(opened);
    expect([leases.expired, cleanups.ended, cleanups.open, heldObjects]).toEqual([3, 3, 3, 0]);
  });

  it('counts a kept cleanup, and none where there was none', async () => {
    const { leaseId, serviceId } = await held(opened.store);
    const bare = createCommand({ leaseId: randomUUID() });
    await opened.store.create([bare]);
    await opened.store.release([
      { leaseId, serviceId, disposition: 'KEEP' },
      { leaseId: bare.leaseId, serviceId: bare.serviceId, disposition: 'KEEP' },
    ]);
    const { cleanups } = await expectRecount(opened);
    expect([cleanups.ended, cleanups.kept]).toEqual([1, 1]);
  });

  it('takes back what is rolled back', async () => {
    const { sql, store } = opened;
    await held(store);
    const before = await expectRecount(opened);
    await sql
      .begin(async (transaction) => {
        await transaction`update lease set state = 'EXPIRED', end_time = lease_now()`;
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    expect({ ...(await store.stats()), now: 0 }).toEqual({ ...before, now: 0 });
  });

  it.each([1, 2, 3])('agrees with a recount all through random traffic, seed %i', async (seed) => {
    await randomTraffic(opened, seed, () => expectRecount(opened));
    const before = await expectRecount(opened);
    await opened.sql`select lease_fold_v1(10), lease_fold_refunds_v1(10)`;
    expect(await expectRecount(opened)).toEqual(before);
    await opened.sql`select lease_fold_v1(100000), lease_fold_refunds_v1(100000)`;
    expect(await opened.sql`select from ledger union all select from service_refund`).toHaveLength(0);
    expect(await expectRecount(opened)).toEqual(before);
    for (const [total, count] of Object.entries({
      ...before.leases,
      ...before.cleanups,
      ...before.attempts,
    })) {
      moved.set(total, (moved.get(total) ?? 0) + count);
    }
  });

  it('has seen every total move', () => {
    const gauges = ['active', 'open', 'abandoned'];
    expect(moved.size).toBe(19);
    for (const [total, count] of moved) if (!gauges.includes(total)) expect(count, total).toBeGreaterThan(0);
  });
});
