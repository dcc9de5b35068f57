import { status } from '@grpc/grpc-js';
import type { LeaseStore } from '@lease/core';
import {
  CleanupSpec,
  type CreateLeaseRequest,
  type Duration,
  ListLeasesRequest,
  RetryPolicy,
} from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { create, errorOf, leaseId, release, renew, seconds, served, valueOf } from './served.js';

const HTTP = { $case: 'http', value: { url: 'http://127.0.0.1:8080/' } } as const;
const cleanup = CleanupSpec.fromPartial({ target: HTTP });
const retry = (parts: Partial<RetryPolicy>) => ({
  cleanup: { ...cleanup, retry: { ...RetryPolicy.fromPartial({}), ...parts } },
});
const duration = (s: bigint, nanos = 0): Duration => ({ seconds: s, nanos });

describe('one reason, one status', () => {
  it('LEASE_NOT_FOUND is NOT_FOUND', async () => {
    await using lease = await served();
    const expected = { code: status.NOT_FOUND, reason: 'LEASE_NOT_FOUND' };
    expect(errorOf(await lease.call('getLease', { leaseId: leaseId(1) }))).toMatchObject(expected);
    expect(errorOf(await lease.call('renewLease', renew(1)))).toMatchObject(expected);
    expect(errorOf(await lease.call('releaseLease', release(1)))).toMatchObject(expected);
  });

  it('NOT_LEASE_HOLDER is PERMISSION_DENIED', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1)));
    const other = { serviceId: 'service-b' };
    const expected = { code: status.PERMISSION_DENIED, reason: 'NOT_LEASE_HOLDER' };
    expect(errorOf(await lease.call('renewLease', renew(1, other)))).toMatchObject(expected);
    expect(errorOf(await lease.call('releaseLease', release(1, other)))).toMatchObject(expected);
  });

  it('LEASE_ID_TAKEN is ALREADY_EXISTS', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1)));
    expect(errorOf(await lease.call('createLease', create(1, { ttl: seconds(7) })))).toMatchObject({
      code: status.ALREADY_EXISTS,
      reason: 'LEASE_ID_TAKEN',
    });
  });

  it('LEASE_ENDED is FAILED_PRECONDITION', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1)));
    valueOf(await lease.call('releaseLease', release(1)));
    expect(errorOf(await lease.call('renewLease', renew(1)))).toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'LEASE_ENDED',
    });
  });

  it('CLEANUP_OWNED is FAILED_PRECONDITION', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { cleanup })));
    const object = { type: 'blob', id: 'object-1' };
    const other = create(2, { object, serviceId: 'service-b', cleanup: { ...cleanup, payload: 'other' } });
    expect(errorOf(await lease.call('createLease', other))).toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'CLEANUP_OWNED',
    });
  });

  it('OBJECT_BEING_COLLECTED is ABORTED, and says when to try again', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { cleanup })));
    valueOf(await lease.call('releaseLease', release(1)));
    await lease.store.claimCleanups({
      claimant: 'c',
      limit: 1,
      perEndpointLimit: 1,
      busyEndpoints: [],
      claimMs: 40_000,
    });
    const again = create(2, { object: { type: 'blob', id: 'object-1' } });
    const error = errorOf(await lease.call('createLease', again));
    expect(error).toMatchObject({ code: status.ABORTED, reason: 'OBJECT_BEING_COLLECTED' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  it('LEASE_QUOTA_EXCEEDED is RESOURCE_EXHAUSTED, and names whose quota it is', async () => {
    await using lease = await served({ maxLeasesPerService: 1 });
    valueOf(await lease.call('createLease', create(1)));
    const error = errorOf(await lease.call('createLease', create(2)));
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'LEASE_QUOTA_EXCEEDED' });
    expect(error.quotaViolations).toEqual([{ subject: 'service-a', description: error.message }]);
  });

  it('OVERLOADED is RESOURCE_EXHAUSTED', async () => {
    await using lease = await served({ maxLeases: 1 });
    valueOf(await lease.call('createLease', create(1)));
    const error = errorOf(await lease.call('createLease', create(2)));
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'OVERLOADED' });
    expect(error).not.toHaveProperty('quotaViolations');
  });

  it('CLEANUP_TARGET_FORBIDDEN is INVALID_ARGUMENT, and names the target', async () => {
    await using lease = await served({ admitTarget: () => 'is a trap' });
    expect(errorOf(await lease.call('createLease', create(1, { cleanup })))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'CLEANUP_TARGET_FORBIDDEN',
      violations: [
        {
          field: 'cleanup.http.url',
          description: expect.stringMatching(/^is a trap; .*--allow-cleanup-target/) as string,
        },
      ],
    });
  });

  it('STORE_UNAVAILABLE is UNAVAILABLE, and no fault of ours', async () => {
    await using lease = await served();
    await lease.store.close();
    const expected = { code: status.UNAVAILABLE, reason: 'STORE_UNAVAILABLE' };
    expect(errorOf(await lease.call('createLease', create(1)))).toMatchObject(expected);
    expect(errorOf(await lease.call('getStats', {}))).toMatchObject(expected);
    expect(lease.faults).toEqual([]);
  });

  it('anything else is an opaque INTERNAL, told to the server alone', async () => {
    const fault = new TypeError('secret: password=hunter2');
    const store = (real: LeaseStore): LeaseStore =>
      Object.assign(Object.create(real) as LeaseStore, {
        get: () => Promise.reject(fault),
        close: () => real.close(),
      });
    await using lease = await served({ store });
    const error = errorOf(await lease.call('getLease', { leaseId: leaseId(1) }));
    const [told] = lease.faults;
    expect(error).toEqual({
      code: status.INTERNAL,
      message: `internal error in request ${told?.requestId ?? ''}`,
    });
    expect(lease.faults).toEqual([
      {
        error: fault,
        method: '/lease.v1.LeaseService/GetLease',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    ]);
  });
});

describe('INVALID_REQUEST names what the wire alone can say', () => {
  const ttl = (value: Duration): [string, Partial<CreateLeaseRequest>, string] => [
    `a TTL of ${value.seconds} s, ${value.nanos} ns`,
    { ttl: value },
    'ttl',
  ];
  it.each<[string, Partial<CreateLeaseRequest>, string]>([
    ttl(duration(0n, 0)),
    ttl(duration(0n, 999_000_000)),
    ttl(duration(-1n, 0)),
    ttl(duration(0n, -1)),
    ttl(duration(60n, -1)),
    ttl(duration(-60n, 1)),
    ttl(duration(60n, 1_000_000_000)),
    ttl(duration(60n, 2 ** 31 - 1)),
    ttl(duration(86_400n, 1)),
    ttl(duration(2_147_484n, 0)),
    ttl(duration(2n ** 53n + 1n, 0)),
    ttl(duration(2n ** 63n - 1n, 999_999_999)),
    ttl(duration(-(2n ** 63n), -999_999_999)),
    ['no object', { object: undefined }, 'object.type'],
    ['a cleanup without a target', { cleanup: CleanupSpec.fromPartial({}) }, 'cleanup.target'],
    ['no attempt', retry({ maxAttempts: 0 }), 'cleanup.retry.max_attempts'],
    ['2^32-1 attempts', retry({ maxAttempts: 2 ** 32 - 1 }), 'cleanup.retry.max_attempts'],
    ['a negative backoff', retry({ initialBackoff: duration(-1n) }), 'cleanup.retry.initial_backoff'],
    ['a backoff that is no duration', retry({ maxBackoff: duration(5n, -5) }), 'cleanup.retry.max_backoff'],
    ['a timeout above the cap', retry({ attemptTimeout: duration(31n) }), 'cleanup.retry.attempt_timeout'],
    [
      'an address with a scheme',
      {
        cleanup: {
          ...cleanup,
          target: { $case: 'grpc', value: { address: 'unix:/tmp/socket', tls: false } },
        },
      },
      'cleanup.grpc.address',
    ],
  ])('%s', async (_, parts, field) => {
    await using lease = await served();
    const error = errorOf(await lease.call('createLease', create(1, parts)));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST' });
    expect(error.violations?.map((violation) => violation.field)).toContain(field);
    expect((await lease.store.stats()).leases.created).toBe(0);
  });

  it('an unknown disposition, and all else that is wrong with the release', async () => {
    await using lease = await served();
    const request = Object.assign(release(1, { leaseId: 'x', serviceId: '' }), { disposition: 7 });
    const error = errorOf(await lease.call('releaseLease', request));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST' });
    expect(error.violations?.map(({ field }) => field)).toEqual(['lease_id', 'service_id', 'disposition']);
    expect(error.violations?.[2]?.description).toBe('is "7": COLLECT, KEEP are allowed');
  });

  it.each([
    ['an unknown state', { state: 7 }, 'state'],
    ['a state below zero', { state: -1 }, 'state'],
    ['an object id without a type', { objectId: 'x' }, 'object_id'],
    ['a token from nowhere', { pageToken: 'AAAA' }, 'page_token'],
  ])('a list with %s', async (_, parts, field) => {
    await using lease = await served();
    const request = Object.assign(ListLeasesRequest.fromPartial({}), parts);
    const error = errorOf(await lease.call('listLeases', request));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST' });
    expect(error.violations?.map((violation) => violation.field)).toEqual([field]);
  });

  it('a page size of 2^32-1 is cut', async () => {
    await using lease = await served();
    const request = { ...ListLeasesRequest.fromPartial({}), pageSize: 2 ** 32 - 1 };
    expect(valueOf(await lease.call('listLeases', request)).leases).toEqual([]);
  });

  it.each(['renewLease', 'releaseLease', 'getLease'] as const)('%s without an id', async (name) => {
    await using lease = await served();
    const error = errorOf(await lease.call(name, { ...renew(1), ...release(1), leaseId: '' }));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, violations: [{ field: 'lease_id' }] });
  });
});
