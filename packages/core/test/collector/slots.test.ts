import { describe, expect, test } from 'vitest';
import { PassedOver } from '../../src/collector/passed-over.js';
import { Slots } from '../../src/collector/slots.js';
import { ManualClock } from '../../src/testing/index.js';

describe('Slots', () => {
  test('bounds what is in flight, in all and per endpoint', () => {
    const slots = new Slots(5, 3);
    expect([1, 2, 3, 4].map(() => slots.take('a'))).toEqual([true, true, true, false]);
    expect([1, 2, 3].map(() => slots.take('b'))).toEqual([true, true, false]);
    expect(slots.free).toBe(0);
    expect(slots.freeAt('a')).toBe(0);
    expect(slots.freeAt('b')).toBe(1);
    expect(slots.freeAt('c')).toBe(3);
  });

  test('remembers an endpoint only while something is in flight there', () => {
    const slots = new Slots(5, 3);
    slots.take('a');
    slots.take('a');
    slots.release('a');
    expect(slots.endpoints).toEqual(['a']);
    slots.release('a');
    expect(slots.endpoints).toEqual([]);
    expect(slots.free).toBe(5);
  });

  test('gives back no slot that was not taken', () => {
    const slots = new Slots(5, 3);
    expect(() => slots.release('a')).toThrow('no slot of a is taken');
    expect(slots.free).toBe(5);
  });
});

describe('PassedOver', () => {
  test('forgets each endpoint when its time is over', async () => {
    const clock = new ManualClock();
    const passedOver = new PassedOver(clock);
    passedOver.add('a', 60_000);
    await clock.advance(30_000);
    passedOver.add('b', 60_000);
    passedOver.add('c', 5_000);
    await clock.advance(4_999);
    expect(passedOver.current()).toEqual(['a', 'b', 'c']);
    await clock.advance(1);
    expect(passedOver.current()).toEqual(['a', 'b']);
    await clock.advance(25_000);
    expect(passedOver.current()).toEqual(['b']);
  });

  test('counts from the last time', async () => {
    const clock = new ManualClock();
    const passedOver = new PassedOver(clock);
    passedOver.add('a', 60_000);
    passedOver.add('b', 60_000);
    await clock.advance(30_000);
    passedOver.add('a', 60_000);
    await clock.advance(30_000);
    expect(passedOver.current()).toEqual(['a']);
  });

  test('holds at most a thousand, the newest', () => {
    const passedOver = new PassedOver(new ManualClock());
    for (let n = 0; n < 1_500; n++) passedOver.add(`e-${n}`, 60_000);
    expect(passedOver.current()).toHaveLength(1_000);
    expect(passedOver.current()[0]).toBe('e-500');
  });
});
