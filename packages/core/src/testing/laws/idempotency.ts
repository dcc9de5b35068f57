import { httpCleanup, objectRef } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, done, type Trial } from './trial.js';

/** Sends the command once more, which must be recognised. */
async function replay(trial: Trial, command: ReturnType<Trial['command']>) {
  const result = await trial.tryCreate(command);
  check(result.outcome === 'done' && result.replayed, 'the same id with the same request is recognised');
  return result.lease;
}

export const idempotencyLaws: readonly StoreLaw[] = [
  law('S12', 'the same id with the same request answers with the lease as it is now', async (trial) => {
    const command = trial.command();
    const lease = await trial.create(command);
    await trial.time.advance(300);
    const renewed = done(await trial.renew(lease));
    checkEqual(await replay(trial, command), renewed, 'the lease');
  }),

  law('S12', 'the first answer says that it is no replay', async (trial) => {
    const result = await trial.tryCreate();
    check(result.outcome === 'done' && !result.replayed, 'the first create is no replay');
  }),

  law(
    'S12 S4',
    'the same id with the same request answers with the lease even when it was released',
    async (trial) => {
      const command = trial.command({ cleanup: httpCleanup() });
      const released = done(await trial.release(await trial.create(command)));
      checkEqual(await replay(trial, command), released, 'the lease');
      checkEqual(
        (await trial.claimOne()).lastLeaseId,
        command.leaseId,
        'the object is still collected after',
      );
    },
  ),

  law(
    'S12 S4',
    'the same id with the same request answers with the lease even when it expired',
    async (trial) => {
      const command = trial.command({ ttlMs: 1_000 });
      const expired = await trial.expire(await trial.create(command));
      checkEqual(await replay(trial, command), expired, 'the lease');
      checkEqual((await trial.store.stats()).leases.active, 0, 'active leases');
    },
  ),

  ...(
    [
      ['object', { object: objectRef('another') }],
      ['service', { serviceId: 'service-b' }],
      ['ttl', { ttlMs: 10_001 }],
      ['metadata', { metadata: new Map([['k', 'v']]) }],
      ['cleanup', { cleanup: httpCleanup({ payload: 'another' }) }],
    ] as const
  ).map(([field, change]) =>
    law('S12', `the same id with another ${field} is refused and changes nothing`, async (trial) => {
      const first = { leaseId: trial.random.uuid(), object: objectRef('one'), cleanup: httpCleanup() };
      const lease = await trial.create(first);
      checkRefused(await trial.tryCreate({ ...first, ...change }), 'LEASE_ID_TAKEN');
      checkEqual(await trial.read(lease), lease, 'the lease');
      checkEqual((await trial.store.stats()).leases.created, 1, 'created');
    }),
  ),

  law('S12', 'an id stays taken when its lease has ended', async (trial) => {
    const lease = await trial.create();
    await trial.release(lease);
    checkRefused(await trial.tryCreate({ leaseId: lease.leaseId, ttlMs: 1_234 }), 'LEASE_ID_TAKEN');
  }),

  law('S12', "the id is looked up before the object's state", async (trial) => {
    const command = trial.command({ cleanup: httpCleanup() });
    await trial.release(await trial.create(command));
    await trial.claimOne();
    checkEqual((await replay(trial, command)).state, 'RELEASED', 'state');
  }),

  law('S12', 'the id is looked up before the quota', async (trial) => {
    const command = trial.command({ maxActive: 1 });
    await trial.create(command);
    checkEqual((await replay(trial, command)).state, 'ACTIVE', 'state');
  }),

  law('S12', 'a create that was refused leaves its id free', async (trial) => {
    const taken = await trial.create({ maxActive: 1 });
    const command = trial.command({ maxActive: 1 });
    checkRefused(await trial.tryCreate(command), 'LEASE_QUOTA_EXCEEDED');
    checkEqual((await trial.store.get(command.leaseId)).lease, undefined, 'the lease');
    await trial.release(taken);
    const result = await trial.tryCreate(command);
    check(result.outcome === 'done' && !result.replayed, 'the id can be used now');
  }),

  law('S12', 'the same create twice in one batch makes one lease', async (trial) => {
    const command = trial.command();
    const results = await trial.store.create([command, command]);
    checkEqual(
      results.map((result) => result.outcome === 'done' && result.replayed),
      [false, true],
      'replayed',
    );
    checkEqual((await trial.store.stats()).leases.created, 1, 'created');
  }),

  law('S12', 'two requests under one id in one batch: the first wins', async (trial) => {
    const leaseId = trial.random.uuid();
    const [first, second] = await trial.store.create([
      trial.command({ leaseId, ttlMs: 5_000 }),
      trial.command({ leaseId, ttlMs: 6_000 }),
    ]);
    check(first !== undefined && second !== undefined, 'every command is answered');
    checkEqual(done(first).ttlMs, 5_000, 'ttl');
    checkRefused(second, 'LEASE_ID_TAKEN');
  }),

  law('S12 R13', 'the same create sent many times at once makes one lease', async (trial) => {
    const command = trial.command({ cleanup: httpCleanup() });
    const results = await Promise.all(Array.from({ length: 8 }, () => trial.tryCreate(command)));
    const fresh = results.filter((result) => result.outcome === 'done' && !result.replayed);
    checkEqual(fresh.length, 1, 'creates that were no replay');
    const { leases, heldObjects } = await trial.store.stats();
    checkEqual([leases.created, leases.active, heldObjects], [1, 1, 1], 'created, active, held objects');
    await trial.release(await trial.create(command));
    checkEqual((await trial.claim()).length, 1, 'one release ends it');
  }),

  law('S12', 'a replay extends nothing and counts nothing', async (trial) => {
    const command = trial.command();
    const lease = await trial.create(command);
    await trial.time.advance(400);
    await replay(trial, command);
    checkEqual(await trial.read(lease), lease, 'the lease');
    const { created, renewals } = (await trial.store.stats()).leases;
    checkEqual([created, renewals], [1, 0], 'created, renewals');
  }),
];
