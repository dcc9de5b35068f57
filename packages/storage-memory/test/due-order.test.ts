import type { ClaimCleanups } from '@lease/core';
import type { ObjectRecord } from '@lease/core/serial-store';
import { describe, expect, it } from 'vitest';
import { DueOrder, type DueSlot } from '../src/due-order.js';

const slot = (objectKey: string): DueSlot => ({
  object: { objectKey } as ObjectRecord,
  queue: undefined,
  dueAt: 0,
  heapIndex: -1,
});

const claim = (limit: number, perEndpointLimit = limit, busyEndpoints: string[] = []): ClaimCleanups => ({
  claimant: 'replica',
  limit,
  perEndpointLimit,
  busyEndpoints,
  claimMs: 40_000,
});

const keys = (objects: readonly ObjectRecord[]) => objects.map(({ objectKey }) => objectKey);

/** `a0..a9` at endpoint a, and so on, due at 0. */
const backlog = (order: DueOrder, endpoints: string, each: number) => {
  for (const endpoint of endpoints) {
    for (let number = 0; number < each; number += 1) {
      order.add(slot(`${endpoint}${String(number)}`), endpoint, 0);
    }
  }
};

describe('DueOrder', () => {
  it('takes nothing before its time, and what is due longest first', () => {
    const order = new DueOrder();
    order.add(slot('late'), 'a', 30);
    order.add(slot('early'), 'a', 10);
    expect(keys(order.take(9, claim(10)))).toEqual([]);
    expect(order.earliest()).toBe(10);
    expect(keys(order.take(29, claim(10)))).toEqual(['early']);
    expect(order.earliest()).toBe(30);
    expect(keys(order.take(30, claim(10)))).toEqual(['late']);
    expect(order.earliest()).toBeUndefined();
  });

  it('L3: serves endpoints in turn, within a call and from call to call', () => {
    const order = new DueOrder();
    backlog(order, 'abc', 4);
    const endpoints = (limit: number) => keys(order.take(0, claim(limit))).map((key) => key.charAt(0));
    const first = endpoints(5);
    const turn = first.slice(0, 3);
    expect([...turn].sort()).toEqual(['a', 'b', 'c']);
    expect(first.slice(3)).toEqual(turn.slice(0, 2));
    expect(endpoints(2)).toEqual(turn.slice(0, 2));
    expect(endpoints(3)).toEqual([turn[2], turn[0], turn[1]]);
  });

  it('L3: a newcomer is served before a long backlog is done', () => {
    const order = new DueOrder();
    backlog(order, 'abcd', 1_000);
    order.take(0, claim(4));
    order.add(slot('new'), 'z', 5);
    const next = keys(order.take(5, claim(5)));
    expect(next).toContain('new');
  });

  it('takes at most so many of one endpoint', () => {
    const order = new DueOrder();
    backlog(order, 'ab', 10);
    const taken = keys(order.take(0, claim(20, 3)));
    expect(taken.filter((key) => key.startsWith('a'))).toHaveLength(3);
    expect(taken.filter((key) => key.startsWith('b'))).toHaveLength(3);
  });

  it('passes over busy endpoints without losing their turn or their work', () => {
    const order = new DueOrder();
    backlog(order, 'ab', 2);
    expect(keys(order.take(0, claim(10, 10, ['a'])))).toEqual(['b0', 'b1']);
    expect(keys(order.take(0, claim(10)))).toEqual(['a0', 'a1']);
  });

  it('forgets what was removed, wherever it stood', () => {
    const order = new DueOrder();
    const [waiting, ready, rest] = [slot('waiting'), slot('ready'), slot('rest')];
    order.add(ready, 'a', 0);
    order.add(rest, 'a', 0);
    order.add(waiting, 'b', 50);
    order.take(0, claim(1, 0));
    order.remove(waiting);
    order.remove(ready);
    order.remove(ready);
    expect(keys(order.take(100, claim(10)))).toEqual(['rest']);
    expect(order.earliest()).toBeUndefined();
  });

  it('takes back what was taken, at its new time', () => {
    const order = new DueOrder();
    const retried = slot('retried');
    order.add(retried, 'a', 0);
    expect(order.take(0, claim(1))).toHaveLength(1);
    order.add(retried, 'a', 500);
    expect(order.take(499, claim(1))).toHaveLength(0);
    expect(order.take(500, claim(1))).toHaveLength(1);
  });

  it('hands every object out exactly once, 20,000 over 500 endpoints', () => {
    const order = new DueOrder();
    for (let number = 0; number < 20_000; number += 1) {
      order.add(slot(String(number)), `e${String(number % 500)}`, number % 7);
    }
    const seen = new Set<string>();
    for (;;) {
      const taken = keys(order.take(7, claim(64, 16)));
      if (taken.length === 0) break;
      for (const key of taken) {
        expect(seen.has(key)).toBe(false);
        seen.add(key);
      }
    }
    expect(seen.size).toBe(20_000);
  });
});
