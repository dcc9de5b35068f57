import { describe, expect, it } from 'vitest';
import { Queue } from '../src/queue.js';

describe('Queue', () => {
  it('is first in, first out over many thousands, in steps', () => {
    const queue = new Queue<number>();
    const seen: number[] = [];
    for (let number = 0; number < 10_000; number += 1) {
      queue.push(number);
      if (number % 3 === 0) seen.push(queue.shift() ?? -1);
    }
    expect(queue.size).toBe(10_000 - seen.length);
    while (queue.size > 0) seen.push(queue.shift() ?? -1);
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, number) => number));
  });

  it('is empty when it is empty', () => {
    const queue = new Queue<number>();
    expect(queue.peek()).toBeUndefined();
    expect(queue.shift()).toBeUndefined();
    queue.push(7);
    expect(queue.peek()).toBe(7);
    expect(queue.size).toBe(1);
  });
});
