import { describe, expect, test } from 'vitest';
import { coalesce } from '../../src/index.js';
import { createCommand } from '../../src/testing/index.js';
import { turn } from '../../src/testing/turn.js';
import { HeldStore, leasesOf, renewals } from './held-store.js';

function setUp() {
  const held = new HeldStore();
  return { held, store: coalesce(held.store) };
}

const outcomeOf = (cleanupId: string) =>
  ({ cleanupId, object: { type: 'blob', id: 'b' }, fence: 1, kind: 'done' }) as const;

describe('a store that coalesces', () => {
  test('sends a call that finds nothing under way before anything else can happen', async () => {
    const { held, store } = setUp();
    const renewed = store.renew(renewals('a', 1));
    await Promise.resolve();
    expect(held.ids()).toEqual([['a-0']]);
    held.batch(0).answer();
    expect(leasesOf(await renewed)).toEqual(['a-0']);
  });

  test('sends the calls of one tick together', async () => {
    const { held, store } = setUp();
    void store.renew(renewals('a', 1));
    void store.renew(renewals('b', 2));
    await turn();
    expect(held.ids()).toEqual([['a-0', 'b-0', 'b-1']]);
  });

  test('64 single renewals, each in a turn of its own, take three batches', async () => {
    const { held, store } = setUp();
    const answers = [];
    for (let caller = 0; caller < 64; caller++) {
      answers.push(store.renew(renewals(`c${caller}`, 1)));
      await turn();
    }
    expect(held.sizes()).toEqual([1, 1]);
    held.batch(0).answer();
    await turn();
    expect(held.sizes()).toEqual([1, 1, 62]);
    held.batch(2).answer();
    held.batch(1).answer();
    const leases = (await Promise.all(answers)).map(leasesOf);
    expect(leases).toEqual(Array.from({ length: 64 }, (_, caller) => [`c${caller}-0`]));
  });

  test('64 renewals of one tick share the two lanes, so that neither is empty while the other works', async () => {
    const { held, store } = setUp();
    const answers = Array.from({ length: 64 }, (_, caller) => store.renew(renewals(`c${caller}`, 1)));
    await turn();
    expect(held.sizes()).toEqual([32, 32]);
    held.batch(1).answer();
    held.batch(0).answer();
    const leases = (await Promise.all(answers)).map(leasesOf);
    expect(leases).toEqual(Array.from({ length: 64 }, (_, caller) => [`c${caller}-0`]));
  });

  test('30 renewals of one tick are one batch: two of 15 would cost more', async () => {
    const { held, store } = setUp();
    for (let caller = 0; caller < 30; caller++) void store.renew(renewals(`c${caller}`, 1));
    await turn();
    expect(held.sizes()).toEqual([30]);
  });

  test('each caller is answered in its own order, whichever lane comes back first', async () => {
    const { held, store } = setUp();
    const early = store.renew(renewals('early', 3));
    await turn();
    const [late, later] = [store.renew(renewals('late', 2)), store.renew(renewals('later', 1))];
    await turn();
    held.batch(1).answer();
    expect(leasesOf(await late)).toEqual(['late-0', 'late-1']);
    expect(leasesOf(await later)).toEqual(['later-0']);
    held.batch(0).answer();
    expect(leasesOf(await early)).toEqual(['early-0', 'early-1', 'early-2']);
  });

  test('a gathering of 1,200 callers goes in slices of 500, first come, first served', async () => {
    const { held, store } = setUp();
    for (const name of ['lane-a', 'lane-b']) {
      void store.renew(renewals(name, 1));
      await turn();
    }
    const answers = Array.from({ length: 1_200 }, (_, caller) => store.renew(renewals(`c${caller}`, 1)));
    await turn();
    expect(held.sizes()).toEqual([1, 1]);
    held.onBatch = (batch) => batch.answer();
    held.batch(0).answer();
    await Promise.all(answers);
    expect(held.sizes()).toEqual([1, 1, 500, 500, 200]);
    expect(held.ids().slice(2).flat()).toEqual(Array.from({ length: 1_200 }, (_, caller) => `c${caller}-0`));
  });

  test('a call that does not fit into a batch opens the next, undivided', async () => {
    const { held, store } = setUp();
    void store.renew(renewals('a', 400));
    void store.renew(renewals('b', 200));
    void store.renew(renewals('c', 1));
    await turn();
    expect(held.sizes()).toEqual([400, 201]);
  });

  test.each([
    ['create', 1],
    ['renew', 2],
    ['release', 2],
    ['settleCleanups', 1],
  ] as const)('%s has at most %i batches under way, the rest gathers', async (verb, lanes) => {
    const { held, store } = setUp();
    const calls = {
      create: (name: string) => store.create([createCommand({ leaseId: name })]),
      renew: (leaseId: string) => store.renew([{ leaseId, serviceId: 'svc' }]),
      release: (leaseId: string) =>
        store.release([{ leaseId, serviceId: 'svc', disposition: 'COLLECT' as const }]),
      settleCleanups: (name: string) => store.settleCleanups([outcomeOf(name)]),
    };
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      void calls[verb](name);
      await turn();
    }
    const alone = names.slice(0, lanes).map((name) => [name]);
    expect(held.ids(verb)).toEqual(alone);
    held.batch(0).answer();
    await turn();
    expect(held.ids(verb)).toEqual([...alone, names.slice(lanes)]);
  });

  test('a verb that is busy holds up no other', async () => {
    const { held, store } = setUp();
    for (const name of ['a', 'b', 'c']) {
      void store.renew(renewals(name, 1));
      await turn();
    }
    void store.release([{ leaseId: 'a-0', serviceId: 'svc', disposition: 'COLLECT' }]);
    await turn();
    expect(held.ids('release')).toEqual([['a-0']]);
  });
});

describe('large and small callers', () => {
  test('a long call goes in parts, one after the other, and is answered in order', async () => {
    const { held, store } = setUp();
    const answer = store.renew(renewals('long', 1_100));
    await turn();
    // Its elements may name a lease twice, and must follow one another: the second lane stays free.
    expect(held.sizes()).toEqual([500]);
    held.batch(0).answer();
    await turn();
    held.batch(1).answer();
    await turn();
    held.batch(2).answer();
    expect(leasesOf(await answer)).toEqual(renewals('long', 1_100).map(({ leaseId }) => leaseId));
    expect(held.sizes()).toEqual([500, 500, 100]);
  });

  test('a single call behind a long one waits for one part of it, not for all', async () => {
    const { held, store } = setUp();
    const many = Array.from({ length: 1_000 }, (_, n) => createCommand({ leaseId: `long-${n}` }));
    const long = store.create(many);
    await turn();
    const single = store.create([createCommand({ leaseId: 'single' })]);
    await turn();
    held.batch(0).answer();
    await turn();
    expect(held.ids('create')[1]).toEqual(['single']);
    held.batch(1).answer();
    await single;
    await turn();
    held.batch(2).answer();
    expect(await long).toHaveLength(1_000);
  });

  test('a long call in line is not overtaken by single ones that come later', async () => {
    const { held, store } = setUp();
    void store.create([createCommand({ leaseId: 'first' })]);
    await turn();
    void store.create(Array.from({ length: 500 }, (_, n) => createCommand({ leaseId: `long-${n}` })));
    for (let n = 0; n < 100; n++) void store.create([createCommand({ leaseId: `single-${n}` })]);
    held.batch(0).answer();
    await turn();
    expect(held.ids('create')[1]?.at(0)).toBe('long-0');
    held.batch(1).answer();
    await turn();
    expect(held.sizes('create')).toEqual([1, 500, 100]);
  });
});
