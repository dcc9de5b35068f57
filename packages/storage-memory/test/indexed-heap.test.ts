import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Heapable, IndexedHeap } from '../src/indexed-heap.js';

interface Item extends Heapable {
  readonly key: number;
}

const heapOf = (keys: readonly number[]) => {
  const heap = new IndexedHeap<Item>((a, b) => a.key < b.key);
  const items = keys.map((key): Item => ({ key, heapIndex: -1 }));
  for (const item of items) heap.push(item);
  return { heap, items };
};

const drain = (heap: IndexedHeap<Item>) => {
  const keys: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) keys.push(item.key);
  return keys;
};

describe('IndexedHeap', () => {
  it('gives back what was put in, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (keys) => {
        expect(drain(heapOf(keys).heap)).toEqual([...keys].sort((a, b) => a - b));
      }),
    );
  });

  it('removes any element and keeps the order of the others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { minLength: 1 }),
        (entries) => {
          const { heap, items } = heapOf(entries.map(([key]) => key));
          const stay: number[] = [];
          items.forEach((item, index) => {
            if (entries[index]?.[1] === true) heap.remove(item);
            else stay.push(item.key);
          });
          expect(heap.size).toBe(stay.length);
          expect(drain(heap)).toEqual(stay.sort((a, b) => a - b));
        },
      ),
    );
  });

  it('tells an element that it is in no heap', () => {
    const { heap, items } = heapOf([3, 1, 2]);
    heap.pop();
    expect(items.map(({ heapIndex }) => heapIndex >= 0)).toEqual([true, false, true]);
  });

  it('peeks without taking, and at nothing when empty', () => {
    const { heap } = heapOf([2, 1]);
    expect(heap.peek()?.key).toBe(1);
    expect(heap.size).toBe(2);
    expect(drain(heap)).toEqual([1, 2]);
    expect(heap.peek()).toBeUndefined();
    expect(heap.pop()).toBeUndefined();
  });
});
