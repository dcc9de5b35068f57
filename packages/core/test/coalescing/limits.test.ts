import { describe, expect, test } from 'vitest';
import { coalesce, StoreUnavailableError } from '../../src/index.js';
import { createCommand } from '../../src/testing/index.js';
import { turn } from '../../src/testing/turn.js';
import { HeldStore, leasesOf, renewals } from './held-store.js';

/** A store whose lanes for renewals are taken. */
async function busy() {
  const held = new HeldStore();
  const store = coalesce(held.store);
  const lanes = [];
  for (const name of ['a', 'b']) {
    lanes.push(store.renew(renewals(name, 1)));
    await turn();
  }
  return { held, store, lanes };
}

describe('the line', () => {
  test('holds 10,000 elements of a verb; the next call is told to come again', async () => {
    const { held, store } = await busy();
    const waiting = Array.from({ length: 20 }, (_, n) => store.renew(renewals(`w${n}`, 500)));
    const refused = store.renew(renewals('late', 1));
    await expect(refused).rejects.toThrow(StoreUnavailableError);
    await expect(refused).rejects.toThrow(
      '10000 elements of renew wait for the store already: repeat the call later',
    );

    held.onBatch = (batch) => batch.answer();
    for (const batch of held.batches) batch.answer();
    expect((await Promise.all(waiting)).flat()).toHaveLength(10_000);
    expect(leasesOf(await store.renew(renewals('late', 1)))).toEqual(['late-0']);
    expect(
      held
        .ids()
        .flat()
        .filter((id) => id === 'late-0'),
    ).toHaveLength(1);
  });

  test('S12: a full line throws for creates as well: a refusal would deny a lease that an earlier try made', async () => {
    const held = new HeldStore();
    const store = coalesce(held.store);
    void store.create([createCommand({ leaseId: 'first' })]);
    await turn();
    const command = createCommand({ leaseId: 'waits' });
    void store.create(Array.from({ length: 10_000 }, () => command));
    await expect(store.create([command])).rejects.toThrow(StoreUnavailableError);
  });

  test('is one per verb', async () => {
    const { held, store } = await busy();
    void store.renew(renewals('w', 10_000));
    void store.release([{ leaseId: 'a-0', serviceId: 'svc', disposition: 'COLLECT' }]);
    await turn();
    expect(held.sizes('release')).toEqual([1]);
  });

  test('takes an array that is longer than itself, if nobody waits', async () => {
    const held = new HeldStore();
    held.onBatch = (batch) => batch.answer();
    const store = coalesce(held.store);
    const commands = renewals('huge', 10_300);
    expect(leasesOf(await store.renew(commands))).toEqual(commands.map(({ leaseId }) => leaseId));
    expect(Math.max(...held.sizes())).toBe(500);
  });

  test('is empty again after an outage', async () => {
    const { held, store, lanes } = await busy();
    const waiting = [store.renew(renewals('w', 9_900)), store.renew(renewals('v', 100))];
    const outage = new StoreUnavailableError('gone');
    held.onBatch = (batch) => batch.fail(outage);
    for (const batch of held.batches) batch.fail(outage);
    await Promise.allSettled([...lanes, ...waiting]);
    held.onBatch = (batch) => batch.answer();
    expect(await store.renew(renewals('again', 9_999))).toHaveLength(9_999);
  });

  test('an empty call stands in no line', async () => {
    const { held, store } = await busy();
    expect(await store.renew([])).toEqual([]);
    expect(held.batches).toHaveLength(2);
  });
});

describe('close', () => {
  test('L6: waits for what is gathered and in flight, then closes the store', async () => {
    const { held, store, lanes } = await busy();
    const gathered = store.renew(renewals('gathered', 1_001));
    let closed = false;
    const closing = store.close().then(() => (closed = true));
    for (let batch = 0; batch < 5; batch++) {
      await turn();
      expect([closed, held.closed]).toEqual([false, 0]);
      held.batch(batch).answer();
    }
    await closing;
    expect(held.closed).toBe(1);
    expect(await gathered).toHaveLength(1_001);
    expect((await Promise.all(lanes)).flat()).toHaveLength(2);
  });

  test('L6: a call that has not left its tick yet is answered', async () => {
    const held = new HeldStore();
    held.onBatch = (batch) => batch.answer();
    const store = coalesce(held.store);
    const [answer] = await Promise.all([store.renew(renewals('a', 1)), store.close()]);
    expect(leasesOf(answer)).toEqual(['a-0']);
  });

  test('refuses later calls at once, also while it waits, and reads as well', async () => {
    const { held, store } = await busy();
    void store.close();
    await expect(store.renew(renewals('late', 1))).rejects.toThrow(StoreUnavailableError);
    await expect(store.renew([])).rejects.toThrow(StoreUnavailableError);
    await expect(store.get('a-0')).rejects.toThrow(StoreUnavailableError);
    expect(held.batches).toHaveLength(2);
  });

  test('ends although the store stays unavailable, and may be called twice', async () => {
    const { held, store, lanes } = await busy();
    const waiting = store.renew(renewals('w', 600));
    const closing = Promise.all([store.close(), store.close()]);
    held.onBatch = (batch) => batch.fail(new StoreUnavailableError('gone'));
    for (const batch of held.batches) batch.fail(new StoreUnavailableError('gone'));
    await Promise.allSettled([...lanes, waiting]);
    await closing;
    expect(held.closed).toBe(1);
  });
});
