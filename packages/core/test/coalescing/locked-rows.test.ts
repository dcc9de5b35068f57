import { describe, expect, test } from 'vitest';
import { coalesce, StoreUnavailableError } from '../../src/index.js';
import { turn } from '../../src/testing/turn.js';
import { type Batch, HeldStore, leasesOf, renewals } from './held-store.js';

const locked = (batch: Batch, ...indexes: number[]) =>
  new StoreUnavailableError('lock timeout', {
    stuck: new Set(indexes.map((index) => batch.commands[index])),
  });

/** Callers of one lease each, in one batch. */
function callers(...names: string[]) {
  const held = new HeldStore();
  const store = coalesce(held.store);
  const calls = names.map((name) => store.renew(renewals(name, 1)));
  return { held, store, calls };
}

describe('a batch that met a locked row', () => {
  test('goes again without whoever needs it, who gets a second try next to the lanes', async () => {
    const { held, calls } = callers('a', 'stuck', 'b');
    await turn();
    held.batch(0).fail(locked(held.batch(0), 1));
    await turn();
    expect(held.ids()).toEqual([['a-0', 'stuck-0', 'b-0'], ['stuck-0'], ['a-0', 'b-0']]);
    held.batch(2).answer();
    expect((await Promise.all([calls[0], calls[2]])).flatMap((results) => leasesOf(results ?? []))).toEqual([
      'a-0',
      'b-0',
    ]);
    held.batch(1).answer();
    expect(leasesOf((await calls[1]) ?? [])).toEqual(['stuck-0']);
  });

  test('F4: the second try is the last one, and those who were merely near it are answered', async () => {
    const { held, calls } = callers('stuck', 'busy');
    const outcomes = Promise.allSettled(calls);
    await turn();
    held.batch(0).fail(locked(held.batch(0), 0, 1));
    await turn();
    const error = locked(held.batch(1), 0);
    held.batch(1).fail(error);
    await turn();
    held.batch(2).answer();
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: [{ lease: { leaseId: 'busy-0' } }] },
    ]);
    expect(held.ids()).toEqual([['stuck-0', 'busy-0'], ['stuck-0', 'busy-0'], ['busy-0']]);
  });

  test('leaves the lanes to others, however often: one batch at a time has its second try', async () => {
    const { held, store } = callers('stuck');
    await turn();
    held.batch(0).fail(locked(held.batch(0), 0));
    await turn();
    const next = store.renew(renewals('next', 1));
    await turn();
    held.batch(2).answer();
    expect(leasesOf(await next)).toEqual(['next-0']);
    const again = store.renew(renewals('again', 1));
    await turn();
    held.batch(3).fail(locked(held.batch(3), 0));
    await expect(again).rejects.toThrow('lock timeout');
    expect(held.ids()).toEqual([['stuck-0'], ['stuck-0'], ['next-0'], ['again-0']]);
  });

  test('is no outage: those in line go on', async () => {
    const { held, store } = callers();
    held.onBatch = (batch) => {
      const index = batch.commands.findIndex(
        (command) => 'leaseId' in command && command.leaseId === 'stuck-0',
      );
      if (index >= 0) batch.fail(locked(batch, index));
      else batch.answer();
    };
    const names = Array.from({ length: 50 }, (_, n) => (n % 10 === 0 ? 'stuck' : `good${n}`));
    const failed: number[] = [];
    for (const [n, name] of names.entries()) {
      store.renew(renewals(name, 1)).catch(() => failed.push(n));
      await turn();
    }
    await store.close();
    expect(failed).toEqual([0, 10, 20, 30, 40]);
  });

  test('fails as a whole if the error names nobody in it', async () => {
    const { held, calls } = callers('a', 'b');
    await turn();
    const error = new StoreUnavailableError('lock timeout', { stuck: new Set([{}]) });
    held.batch(0).fail(error);
    for (const call of calls) await expect(call).rejects.toBe(error);
    expect(held.batches).toHaveLength(1);
  });

  test('L6: close waits for a second try', async () => {
    const { held, store, calls } = callers('stuck');
    await turn();
    held.batch(0).fail(locked(held.batch(0), 0));
    await turn();
    const closing = store.close();
    await turn();
    expect(held.closed).toBe(0);
    held.batch(1).answer();
    await closing;
    expect(held.closed).toBe(1);
    expect(leasesOf((await calls[0]) ?? [])).toEqual(['stuck-0']);
  });
});
