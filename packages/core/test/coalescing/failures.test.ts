import { describe, expect, test } from 'vitest';
import { coalesce, type LeaseStore, StoreUnavailableError } from '../../src/index.js';
import { createCommand, ManualClock } from '../../src/testing/index.js';
import { turn } from '../../src/testing/turn.js';
import { type Batch, HeldStore, leasesOf, renewals } from './held-store.js';

const POISON = 'poison-0';

/** Fails a batch that holds the poison with something that no store may throw, and answers all others. */
function chokeOnPoison(batch: Batch): void {
  const poisoned = batch.commands.some((command) => 'leaseId' in command && command.leaseId === POISON);
  if (poisoned) batch.fail(new TypeError('invalid byte sequence'));
  else batch.answer();
}

const create = (leaseId: string) => [createCommand({ leaseId })];

const unavailable = new StoreUnavailableError('connection lost');

/** What became of the calls, watched from their start. */
async function outcomesOf(calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((call) => (call.status === 'rejected' ? (call.reason as unknown) : 'answered'));
}

/** Takes the lane of creates, and lets `callers` gather behind it. The first call's outcome comes first. */
async function gather(held: HeldStore, store: LeaseStore, callers: number) {
  const first = store.create(create('first'));
  await turn();
  const gathered = Array.from({ length: callers }, (_, n) => store.create(create(`gathered-${n}`)));
  return { outcomes: outcomesOf([first, ...gathered]), batch: held.batches.length - 1 };
}

function setUp() {
  const held = new HeldStore();
  return { held, store: coalesce(held.store) };
}

describe('a batch that failed', () => {
  test('S12: a store that is unavailable is so for all callers of the batch, and nothing is sent again', async () => {
    const { held, store } = setUp();
    const { outcomes } = await gather(held, store, 3);
    held.batch(0).answer();
    await turn();
    held.batch(1).fail(unavailable);
    expect(await outcomes).toEqual(['answered', unavailable, unavailable, unavailable]);
    expect(held.sizes('create')).toEqual([1, 3]);
  });

  test('one lost connection does not fail those in line', async () => {
    const { held, store } = setUp();
    const { outcomes } = await gather(held, store, 2);
    held.batch(0).fail(unavailable);
    await turn();
    held.batch(1).answer();
    expect(await outcomes).toEqual([unavailable, 'answered', 'answered']);
  });

  test('F4: in an outage nobody waits for more than two deadlines of the store, however long the line', async () => {
    const { held, store } = setUp();
    const { outcomes } = await gather(held, store, 3_000);
    held.batch(0).fail(unavailable);
    await turn();
    held.batch(1).fail(unavailable);
    expect(new Set(await outcomes)).toEqual(new Set([unavailable]));
    expect(held.sizes('create')).toEqual([1, 500]);
  });

  test('F4: a slow failure is the store that is away: the line waits for no second deadline', async () => {
    const held = new HeldStore();
    const clock = new ManualClock();
    const store = coalesce(held.store, clock);
    const { outcomes } = await gather(held, store, 3_000);
    await clock.advance(5_000);
    held.batch(0).fail(unavailable);
    expect(new Set(await outcomes)).toEqual(new Set([unavailable]));
    expect(held.sizes('create')).toEqual([1]);
  });

  test('one event that meets both lanes is one failure', async () => {
    const { held, store } = setUp();
    const lanes = [];
    for (const name of ['a', 'b']) {
      lanes.push(store.renew(renewals(name, 1)));
      await turn();
    }
    const outcomes = outcomesOf([...lanes, store.renew(renewals('w', 1))]);
    held.batch(0).fail(unavailable);
    held.batch(1).fail(unavailable);
    await turn();
    held.batch(2).answer();
    expect(await outcomes).toEqual([unavailable, unavailable, 'answered']);
  });

  test('L5: after an outage, one answer makes the next lost connection a first one again', async () => {
    const { held, store } = setUp();
    const outage = await gather(held, store, 1);
    held.batch(0).fail(unavailable);
    await turn();
    held.batch(1).fail(unavailable);
    expect(await outage.outcomes).toEqual([unavailable, unavailable]);

    const back = await gather(held, store, 0);
    held.batch(back.batch).answer();
    expect(await back.outcomes).toEqual(['answered']);

    const later = await gather(held, store, 1);
    held.batch(later.batch).fail(unavailable);
    await turn();
    held.batch(later.batch + 1).answer();
    expect(await later.outcomes).toEqual([unavailable, 'answered']);
  });

  test('one poison element among 99 good ones of other callers fails alone', async () => {
    const held = new HeldStore();
    held.onBatch = chokeOnPoison;
    const store = coalesce(held.store);
    const names = Array.from({ length: 100 }, (_, n) => (n === 40 ? 'poison' : `good${n}`));
    const calls = names.map((name) => store.renew(renewals(name, 1)));
    const results = await Promise.allSettled(calls);
    const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []));
    expect(failed).toEqual([40]);
    expect(results[40]).toMatchObject({ reason: new TypeError('invalid byte sequence') });
    const good = results.flatMap((result) => (result.status === 'fulfilled' ? leasesOf(result.value) : []));
    expect(good).toEqual(names.filter((name) => name !== 'poison').map((name) => `${name}-0`));
    // Halving: each time the half with the poison and the other one.
    expect(held.batches.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
  });

  test('a poisoned array fails as a whole, its neighbours do not; each neighbour keeps its order', async () => {
    const held = new HeldStore();
    held.onBatch = chokeOnPoison;
    const store = coalesce(held.store);
    const before = store.renew(renewals('before', 3));
    const poisoned = store.renew([...renewals('near', 2), ...renewals('poison', 1)]);
    const after = store.renew(renewals('after', 2));
    const [failure] = await outcomesOf([poisoned]);
    expect(failure).toBeInstanceOf(TypeError);
    expect(leasesOf(await before)).toEqual(['before-0', 'before-1', 'before-2']);
    expect(leasesOf(await after)).toEqual(['after-0', 'after-1']);
  });

  test('a poison of one caller alone is its error, at once', async () => {
    const held = new HeldStore();
    held.onBatch = chokeOnPoison;
    await expect(coalesce(held.store).renew(renewals('poison', 1))).rejects.toThrow(TypeError);
    expect(held.sizes()).toEqual([1]);
  });

  test('the lane is free again after a poison', async () => {
    const held = new HeldStore();
    held.onBatch = chokeOnPoison;
    const store = coalesce(held.store);
    await expect(store.create(create(POISON))).rejects.toThrow(TypeError);
    expect(await store.create(create('next'))).toHaveLength(1);
  });

  test('a store that gives fewer results than commands is named, and nobody gets what is not theirs', async () => {
    const held = new HeldStore();
    held.onBatch = (batch) => batch.answer([]);
    const store = coalesce(held.store);
    const calls = [store.renew(renewals('a', 1)), store.renew(renewals('b', 2))];
    const [first, second] = await outcomesOf(calls);
    expect(String(first)).toContain('0 results for 1 commands of renew');
    expect(String(second)).toContain('0 results for 2 commands of renew');
  });

  test('a store that throws instead of rejecting fails the call, not the process', async () => {
    const broken = {
      renew: () => {
        throw new TypeError('not even a promise');
      },
    };
    const store = coalesce({ ...new HeldStore().store, ...broken });
    await expect(store.renew(renewals('a', 1))).rejects.toThrow('not even a promise');
  });

  test('a long call fails with the part that failed, and its other parts are not sent', async () => {
    const held = new HeldStore();
    const call = coalesce(held.store).renew(renewals('long', 1_200));
    const outcome = outcomesOf([call]);
    await turn();
    held.batch(0).answer();
    await turn();
    held.batch(1).fail(unavailable);
    expect(await outcome).toEqual([unavailable]);
    await turn();
    expect(held.sizes()).toEqual([500, 500]);
  });
});
