import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { LeaseStore } from '@lease/core';
import { httpCleanup, objectRef, createCommand } from '@lease/core/testing';
import {
  AbandonReason,
  AttemptOutcome,
  CleanupAdminServiceClient,
  CleanupReason,
  CleanupState,
  CleanupTargetKind,
  decodeStatusDetails,
  ForgetCleanupsRequest,
  fromStatus,
  ListCleanupAttemptsRequest,
  ListCleanupsRequest,
  PauseCollectionRequest,
  PauseReason,
  RetryCleanupsRequest,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { leaseId, served, type Served } from './served.js';

type Callback<T> = (error: ServiceError | null, value: T) => void;

/** The message, or the reason and the fields of the refusal. */
function answer<T>(call: (callback: Callback<T>) => unknown): Promise<T | readonly unknown[]> {
  return new Promise((resolve) => {
    call((error, value) => {
      if (error === null) {
        resolve(value);
        return;
      }
      const [bytes] = error.metadata.get(STATUS_DETAILS_KEY);
      const details = Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes) : undefined;
      resolve([error.code, details?.reason, ...(details?.violations ?? []).map(({ field }) => field)]);
    });
  });
}

async function withAdmin(
  work: (served: Served, admin: CleanupAdminServiceClient) => Promise<void>,
): Promise<void> {
  await using lease = await served({ withAdmin: true });
  const admin = new CleanupAdminServiceClient(lease.address, credentials.createInsecure());
  await work(lease, admin);
  admin.close();
}

/** Abandons the cleanup of an object of its own. */
async function abandon(store: LeaseStore, n: number, id = `object-${n}`): Promise<string> {
  const command = createCommand({
    ...{ leaseId: leaseId(n), object: objectRef(id, 'blob'), cleanup: httpCleanup() },
    ...{ serviceId: 'service-a', maxActive: 10_000 },
  });
  await store.create([command]);
  await store.release([{ leaseId: leaseId(n), serviceId: 'service-a', disposition: 'COLLECT' }]);
  const [claim] = await store.claimCleanups({
    ...{ claimant: 'replica-1', limit: 1, perEndpointLimit: 1, busyEndpoints: [], claimMs: 40_000 },
  });
  if (claim === undefined) throw new Error('nothing was due');
  const { cleanupId, object, fence } = claim;
  await store.settleCleanups([
    {
      ...{ cleanupId, object, fence, kind: 'fail', abandonReason: 'TERMINAL_ANSWER' },
      ...{ durationMs: 1_012.25, statusCode: 400, detail: 'no' },
    },
  ]);
  return cleanupId;
}

describe('a cleanup on the wire', () => {
  it('has every field of the contract', () =>
    withAdmin(async ({ store, clock }, admin) => {
      const cleanupId = await abandon(store, 1);
      const at = new Date(clock.wallMs());
      const { cleanup } = (await answer((done) => admin.getCleanup({ cleanupId }, done))) as {
        cleanup: unknown;
      };
      expect(cleanup).toEqual({
        cleanupId,
        object: { type: 'blob', id: 'object-1' },
        generation: expect.any(BigInt) as bigint,
        state: CleanupState.ABANDONED,
        reason: CleanupReason.RELEASED,
        serviceId: 'service-a',
        leaseId: leaseId(1),
        lastLeaseId: leaseId(1),
        endpoint: 'http://127.0.0.1:8080',
        targetKind: CleanupTargetKind.HTTP,
        attempts: 1,
        dueTime: at,
        nextAttemptTime: undefined,
        endTime: at,
        claimant: '',
        fence: 0n,
        abandonReason: AbandonReason.TERMINAL_ANSWER,
        lastDetail: 'no',
        forgetReason: '',
      });
      const history = await answer((done) =>
        admin.listCleanupAttempts(ListCleanupAttemptsRequest.fromPartial({ cleanupId }), done),
      );
      expect(history).toEqual({
        attempts: [
          {
            attempt: 1,
            fence: expect.any(BigInt) as bigint,
            claimant: 'replica-1',
            outcome: AttemptOutcome.FAIL,
            claimTime: at,
            settleTime: at,
            duration: { seconds: 1n, nanos: 12_250_000 },
            statusCode: 400,
            detail: 'no',
          },
        ],
      });
    }));

  it('shows why it was abandoned only while it is, and the operator’s words once it is forgotten', () =>
    withAdmin(async ({ store }, admin) => {
      const cleanupId = await abandon(store, 1);
      const forget = ForgetCleanupsRequest.fromPartial({ cleanupIds: [cleanupId], reason: 'by hand' });
      await answer((done) => admin.forgetCleanups(forget, done));
      expect(await answer((done) => admin.getCleanup({ cleanupId }, done))).toMatchObject({
        cleanup: {
          ...{ state: CleanupState.FORGOTTEN, abandonReason: AbandonReason.UNSPECIFIED },
          forgetReason: 'by hand',
        },
      });
    }));

  it('fits into what clients accept, with whatever names: a page is cut, and goes on', () =>
    withAdmin(async ({ store }, admin) => {
      // Ids of 2 KiB: a thousand of them, with all else, would still pass; so they come with an endpoint of 2 KiB, too.
      const url = `http://${'h'.repeat(1_900)}:1/`;
      for (let from = 0; from < 2_000; from += 1_000) {
        const commands = Array.from({ length: 1_000 }, (_, n) =>
          createCommand({
            leaseId: leaseId(from + n),
            object: objectRef(`${from + n}`.padStart(2_048, 'x'), 'blob'),
            ...{ cleanup: httpCleanup({ url }), serviceId: 's'.repeat(128), maxActive: 10_000 },
          }),
        );
        await store.create(commands);
        await store.release(
          commands.map(({ leaseId: id, serviceId }) => ({ leaseId: id, serviceId, disposition: 'COLLECT' })),
        );
      }
      const found = new Set<string>();
      const sizes: number[] = [];
      let pageToken = '';
      do {
        const request = ListCleanupsRequest.fromPartial({ pageSize: 1_000, pageToken });
        const page = (await answer((done) => admin.listCleanups(request, done))) as {
          cleanups: { cleanupId: string }[];
          nextPageToken: string;
        };
        for (const { cleanupId } of page.cleanups) found.add(cleanupId);
        sizes.push(page.cleanups.length);
        ({ nextPageToken: pageToken } = page);
      } while (pageToken !== '');
      expect(found.size).toBe(2_000);
      expect(Math.max(...sizes)).toBeLessThan(1_000);
      expect(sizes.length).toBeLessThan(5);
    }));
});

describe('a request on the wire', () => {
  it.each([
    ['an unknown state', { state: 99 }, ['state']],
    ['a state below zero', { state: -1 }, ['state']],
    ['an unknown reason', { abandonReason: 77 }, ['abandon_reason']],
    ['a wrong token', { pageToken: 'AAAA' }, ['page_token']],
    [
      'three mistakes',
      { serviceId: 'a\u0000', objectType: 'A', state: 9 },
      ['service_id', 'object_type', 'state'],
    ],
  ])('ListCleanups with %s', (_, partial, fields) =>
    withAdmin(async (_lease, admin) => {
      const request = ListCleanupsRequest.fromPartial(partial);
      const refusal = [status.INVALID_ARGUMENT, 'INVALID_REQUEST', ...fields];
      expect(await answer((done) => admin.listCleanups(request, done))).toEqual(refusal);
    }),
  );

  it.each([
    ['a negative stagger', { filter: {}, stagger: { seconds: -1n, nanos: 0 } }, ['stagger']],
    ['2^63-1 s of stagger', { filter: {}, stagger: { seconds: 2n ** 63n - 1n, nanos: 0 } }, ['stagger']],
    ['broken nanos', { filter: {}, stagger: { seconds: 0n, nanos: 1_000_000_000 } }, ['stagger']],
    ['nothing', {}, ['cleanup_ids']],
    ['both', { cleanupIds: [leaseId(1)], filter: {} }, ['filter']],
    ['an unknown reason', { filter: { abandonReason: 42 } }, ['filter.abandon_reason']],
  ])('RetryCleanups with %s', (_, partial, fields) =>
    withAdmin(async (_lease, admin) => {
      const request = RetryCleanupsRequest.fromPartial(partial);
      const refusal = [status.INVALID_ARGUMENT, 'INVALID_REQUEST', ...fields];
      expect(await answer((done) => admin.retryCleanups(request, done))).toEqual(refusal);
    }),
  );

  it.each([
    ['no duration', {}, ['duration']],
    ['half a second', { duration: { seconds: 0n, nanos: 500_000_000 } }, ['duration']],
    [
      'eight days and a note of two lines',
      { duration: { seconds: 691_200n, nanos: 0 }, note: 'a\nb' },
      ['duration', 'note'],
    ],
  ])('PauseCollection with %s', (_, partial, fields) =>
    withAdmin(async (_lease, admin) => {
      const request = PauseCollectionRequest.fromPartial(partial);
      const refusal = [status.INVALID_ARGUMENT, 'INVALID_REQUEST', ...fields];
      expect(await answer((done) => admin.pauseCollection(request, done))).toEqual(refusal);
    }),
  );
});

describe('answers to many', () => {
  it('each cleanup has its own, with the details of its refusal', () =>
    withAdmin(async ({ store }, admin) => {
      const cleanupId = await abandon(store, 1);
      const cleanupIds = [leaseId(9), cleanupId, cleanupId];
      const request = RetryCleanupsRequest.fromPartial({ cleanupIds, stagger: { seconds: 60n, nanos: 0 } });
      const { results, more } = (await answer((done) => admin.retryCleanups(request, done))) as {
        results: { cleanupId: string; error: Parameters<typeof fromStatus>[0] | undefined }[];
        more: boolean;
      };
      expect(more).toBe(false);
      expect(results.map((result) => result.cleanupId)).toEqual(cleanupIds);
      expect(results.map(({ error }) => error && [error.code, fromStatus(error)?.reason])).toEqual([
        [status.NOT_FOUND, 'CLEANUP_NOT_FOUND'],
        undefined,
        [status.FAILED_PRECONDITION, 'CLEANUP_NOT_ABANDONED'],
      ]);
    }));
});

it('pauses and resumes, and says what holds', () =>
  withAdmin(async ({ clock }, admin) => {
    const request = PauseCollectionRequest.fromPartial({
      duration: { seconds: 60n, nanos: 0 },
      note: 'moving',
    });
    const until = new Date(clock.wallMs() + 60_000);
    const paused = {
      state: { pauses: [{ reason: PauseReason.OPERATOR, until, note: 'moving' }], lastSweepTime: undefined },
      serverTime: new Date(clock.wallMs()),
    };
    expect(await answer((done) => admin.pauseCollection(request, done))).toEqual(paused);
    expect(await answer((done) => admin.getCollectionState({}, done))).toEqual(paused);
    expect(await answer((done) => admin.resumeCollection({}, done))).toMatchObject({ state: { pauses: [] } });
  }));
