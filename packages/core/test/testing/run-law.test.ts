import type { LeaseStore } from '@lease/core';
import {
  durableStoreLaws,
  type LawContext,
  LawBroken,
  ManualClock,
  runLaw,
  type StoreLaw,
  storeLaws,
} from '@lease/core/testing';
import { describe, expect, test } from 'vitest';

const law = (run: StoreLaw['run']): StoreLaw => ({ id: 'S0', name: 'S0: a law', run });

function contextOf(store: Partial<LeaseStore>) {
  let closed = 0;
  const context: LawContext = {
    store: store as LeaseStore,
    time: new ManualClock(),
    reopen: () => Promise.resolve(),
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
  return { open: () => Promise.resolve(context), closed: () => closed };
}

describe('runLaw', () => {
  test('opens a store for the law and closes it after', async () => {
    const { open, closed } = contextOf({});
    await runLaw(
      law(() => Promise.resolve()),
      open,
    );
    expect(closed()).toBe(1);
  });

  test('rejects with what broke the law, and closes the store all the same', async () => {
    const { open, closed } = contextOf({});
    const broken = law(() => Promise.reject(new LawBroken('the lease: expected 1, saw 2')));
    await expect(runLaw(broken, open)).rejects.toThrow('the lease: expected 1, saw 2');
    expect(closed()).toBe(1);
  });
});

describe('every law', () => {
  test('fails on a store that answers nothing', async () => {
    const silent = new Proxy({}, { get: () => () => Promise.resolve([]) });
    const kept: string[] = [];
    for (const each of storeLaws) {
      await runLaw(each, contextOf(silent).open).then(
        () => kept.push(each.name),
        () => undefined,
      );
    }
    // What a store that does nothing at all cannot break.
    expect(kept).toEqual(['S3: an empty batch is answered with nothing', 'L5: an open store answers a ping']);
  });

  test('has a name of its own, which begins with what it proves', () => {
    const laws = [...storeLaws, ...durableStoreLaws];
    expect(new Set(laws.map(({ name }) => name)).size).toBe(laws.length);
    for (const { id, name } of laws) {
      expect(id).toMatch(/^[SLR]\d+( [SLR]\d+)*$/);
      expect(name.startsWith(`${id}: `)).toBe(true);
    }
  });

  test('is proved for every promise that a store can keep alone', () => {
    const ids = new Set([...storeLaws, ...durableStoreLaws].flatMap(({ id }) => id.split(' ')));
    const promises = [
      'S1',
      'S2',
      'S3',
      'S4',
      'S6',
      'S7',
      'S8',
      'S9',
      'S10',
      'S11',
      'S12',
      'S14',
      'S15',
      'S16',
    ];
    for (const promise of promises) expect(ids).toContain(promise);
  });
});
