import { status } from '@grpc/grpc-js';
import { Disposition, fromStatus, LeaseState, type Status } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { create, errorOf, leaseId, release, renew, served, valueOf } from './served.js';

/** An element's answer, with the details of an error unpacked. */
function unpack(answer: { $case: 'lease'; value: object } | { $case: 'error'; value: Status } | undefined) {
  return answer?.$case === 'error' ? fromStatus(answer.value) : answer?.value;
}

describe('batches', () => {
  it('BatchCreateLeases: each request is answered alone, as CreateLease would answer it', async () => {
    await using lease = await served({ maxLeasesPerService: 2 });
    const { results, serverTime } = valueOf(
      await lease.call('batchCreateLeases', {
        requests: [
          create(1),
          create(1),
          create(1, { object: { type: 'blob', id: 'another' } }),
          create(2, { serviceId: '', object: undefined }),
          create(3),
          create(4),
          create(5, { serviceId: 'service-b' }),
        ],
      }),
    );
    expect(results.map(({ answer }) => unpack(answer))).toMatchObject([
      { leaseId: leaseId(1), state: LeaseState.ACTIVE },
      { leaseId: leaseId(1) },
      { code: status.ALREADY_EXISTS, reason: 'LEASE_ID_TAKEN' },
      {
        code: status.INVALID_ARGUMENT,
        reason: 'INVALID_REQUEST',
        violations: [{ field: 'object.type' }, { field: 'object.id' }, { field: 'service_id' }],
      },
      { leaseId: leaseId(3) },
      {
        code: status.RESOURCE_EXHAUSTED,
        reason: 'LEASE_QUOTA_EXCEEDED',
        quotaViolations: [{ subject: 'service-a' }],
      },
      { leaseId: leaseId(5) },
    ]);
    expect(results.map(({ replayed }) => replayed)).toEqual([false, true, false, false, false, false, false]);
    expect(serverTime).toEqual(new Date('2026-01-01T00:00:00Z'));
  });

  it('BatchRenewLeases and BatchReleaseLeases: the same', async () => {
    await using lease = await served();
    valueOf(await lease.call('batchCreateLeases', { requests: [create(1), create(2)] }));
    const renewed = valueOf(
      await lease.call('batchRenewLeases', {
        requests: [renew(1), renew(9), renew(2, { serviceId: 'service-b' }), renew(1)],
      }),
    );
    expect(renewed.results.map(({ answer }) => unpack(answer))).toMatchObject([
      { renewalCount: 1 },
      { code: status.NOT_FOUND, reason: 'LEASE_NOT_FOUND' },
      { code: status.PERMISSION_DENIED, reason: 'NOT_LEASE_HOLDER' },
      { renewalCount: 2 },
    ]);
    const released = valueOf(
      await lease.call('batchReleaseLeases', {
        requests: [release(1), release(1), release(1, { disposition: Disposition.KEEP }), release(2)],
      }),
    );
    expect(released.results.map(({ answer }) => unpack(answer))).toMatchObject([
      { state: LeaseState.RELEASED },
      { state: LeaseState.RELEASED },
      { code: status.FAILED_PRECONDITION, reason: 'LEASE_ENDED' },
      { state: LeaseState.RELEASED },
    ]);
  });

  it('a batch that was refused in all its parts is answered, without a server time', async () => {
    await using lease = await served();
    const { results, serverTime } = valueOf(await lease.call('batchRenewLeases', { requests: [renew(1)] }));
    expect(results.map(({ answer }) => answer?.$case)).toEqual(['error']);
    expect(serverTime).toBeUndefined();
  });

  it.each(['batchCreateLeases', 'batchRenewLeases', 'batchReleaseLeases'] as const)(
    '%s takes 1 to 1,000 requests',
    async (name) => {
      await using lease = await served();
      const requests = (n: number) => Array.from({ length: n }, (_, i) => ({ ...create(i), ...release(i) }));
      for (const n of [0, 1_001]) {
        const error = errorOf(await lease.call(name, { requests: requests(n) }));
        expect(error).toMatchObject({
          code: status.INVALID_ARGUMENT,
          reason: 'INVALID_REQUEST',
          violations: [{ field: 'requests' }],
        });
      }
      expect(valueOf(await lease.call(name, { requests: requests(1_000) })).results).toHaveLength(1_000);
    },
  );
});
