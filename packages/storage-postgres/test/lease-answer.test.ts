import { describe, expect, it } from 'vitest';
import { resultOf } from '../src/lease-answer.js';
import { type LeaseRow, readLease } from '../src/lease-row.js';

const active: LeaseRow = [
  ...(['id-1', 'blob/a/b', 'service', 'ACTIVE', 7, 1_000, 1, 1_001, 1, null, 0] as const),
  ...([[['__proto__', 'v']], true, null, false, 0] as const),
];

describe('a lease as SQL answers it', () => {
  it('has no field that is unset, and its metadata to the byte', () => {
    expect(readLease(active)).toEqual({
      leaseId: 'id-1',
      object: { type: 'blob', id: 'a/b' },
      serviceId: 'service',
      state: 'ACTIVE',
      generation: 7,
      ttlMs: 1_000,
      createTime: 1,
      expireTime: 1_001,
      renewTime: 1,
      renewalCount: 0,
      metadata: new Map([['__proto__', 'v']]),
      hasCleanup: true,
      revived: false,
      priorAttempts: 0,
    });
  });

  it('has the fields that a newer schema adds at the end, unread', () => {
    const newer = [...active, 'new'] as unknown as LeaseRow;
    expect(readLease(newer)).toEqual(readLease(active));
  });
});

describe('an answer to a batch', () => {
  const answer = { now: 5, leases: [active], refused: { 'id-2': 'LEASE_ENDED' as const } };

  it('is given to each command by its lease', () => {
    const of = resultOf([{ answer }]);
    expect(of({ leaseId: 'id-2' })).toEqual({ outcome: 'refused', reason: 'LEASE_ENDED', now: 5 });
    expect(of({ leaseId: 'id-1' })).toEqual({ outcome: 'done', lease: readLease(active), now: 5 });
  });

  it('that lacks a lease is a fault, never a result', () => {
    expect(() => resultOf([{ answer }])({ leaseId: 'id-3' })).toThrow('id-3');
    expect(() => resultOf([])).toThrow('not answered');
  });
});
