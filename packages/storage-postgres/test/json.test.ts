import { grpcCleanup, handlerCleanup, httpCleanup } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { readMetadata, readSpec, storedMetadata, storedSpec } from '../src/json.js';

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Keys in an order that an object would not keep, and one that it would not keep at all. */
const HOSTILE = new Map([
  ['b', '1'],
  ['2', 'two'],
  ['1', 'one'],
  ['__proto__', 'x'],
]);

describe('what is stored as JSON', () => {
  it('gives metadata back, in its order', () => {
    expect([...readMetadata(throughJson(storedMetadata(HOSTILE)))]).toEqual([...HOSTILE]);
    expect(storedMetadata(new Map())).toBeNull();
    expect(readMetadata(null).size).toBe(0);
  });

  it('gives every kind of cleanup back', () => {
    for (const spec of [httpCleanup({ headers: HOSTILE }), grpcCleanup({ tls: true }), handlerCleanup()]) {
      expect(readSpec(throughJson(storedSpec(spec)))).toEqual(spec);
    }
  });
});
