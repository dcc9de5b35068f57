import {
  canonical,
  createCommand,
  grpcCleanup,
  handlerCleanup,
  httpCleanup,
  objectRef,
} from '@lease/core/testing';
import { describe, expect, test } from 'vitest';

const leaseId = '00000000-0000-4000-8000-000000000001';

describe('createCommand', () => {
  test('equal parts give an equal request hash, whatever the order of the metadata', () => {
    const parts = { leaseId, cleanup: httpCleanup({ headers: new Map([['a', '1']]) }) };
    const one = createCommand({
      ...parts,
      metadata: new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    });
    const other = createCommand({
      ...parts,
      metadata: new Map([
        ['b', '2'],
        ['a', '1'],
      ]),
    });
    expect(one.requestHash).toBe(other.requestHash);
    expect(one.requestHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['object', { object: objectRef('other') }],
    ['type', { object: objectRef(leaseId, 'blob') }],
    ['service', { serviceId: 'service-b' }],
    ['ttl', { ttlMs: 10_001 }],
    ['metadata', { metadata: new Map([['__proto__', '']]) }],
    ['cleanup', { cleanup: httpCleanup() }],
  ])('another %s gives another hash', (_, part) => {
    expect(createCommand({ leaseId, ...part }).requestHash).not.toBe(createCommand({ leaseId }).requestHash);
  });

  test('the quota is no part of the request', () => {
    const { requestHash } = createCommand({ leaseId, maxActive: 1 });
    expect(requestHash).toBe(createCommand({ leaseId }).requestHash);
  });

  test('the cleanup carries its endpoint, and its hash tells specs apart', () => {
    const object = objectRef('x', 'blob');
    const grants = [
      httpCleanup(),
      httpCleanup({ notFoundIsDone: true }),
      grpcCleanup(),
      handlerCleanup(),
    ].map((cleanup) => createCommand({ leaseId, object, cleanup }).cleanup);
    expect(grants.map((grant) => grant?.endpoint)).toEqual([
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8080',
      'grpc://127.0.0.1:50052',
      'handler:blob',
    ]);
    expect(new Set(grants.map((grant) => grant?.hash)).size).toBe(4);
  });
});

describe('canonical', () => {
  test('tells values apart that look alike, and equals those that are equal', () => {
    expect(
      canonical({
        b: 1,
        a: undefined,
        c: new Map([
          ['y', 1],
          ['x', 2],
        ]),
      }),
    ).toBe(
      canonical({
        c: new Map([
          ['x', 2],
          ['y', 1],
        ]),
        b: 1,
      }),
    );
    const different = [
      '1',
      1,
      true,
      'true',
      null,
      undefined,
      [],
      {},
      new Map(),
      new Set(),
      [1],
      ['1'],
      [[1]],
    ];
    expect(new Set(different.map(canonical)).size).toBe(different.length);
    expect(canonical(new Map([['__proto__', 1]]))).not.toBe(canonical(new Map()));
    expect(canonical({ a: 'x", "b": "y' })).not.toBe(canonical({ a: 'x', b: 'y' }));
  });
});
