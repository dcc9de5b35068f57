import { credentials, Metadata, status as Code, type ServiceError } from '@grpc/grpc-js';
import {
  CleanupHandlerServiceClient,
  CleanupReason,
  CleanupRequest,
  decodeStatusDetails,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callback, runningMock } from './running-mock.js';

const request = CleanupRequest.fromPartial({
  leaseId: callback.lease_id,
  serviceId: callback.service_id,
  metadata: new Map([['owner', 'mine']]),
  payload: callback.payload,
  objectId: callback.object_id,
  objectType: callback.object_type,
  lastLeaseId: callback.last_lease_id,
  reason: CleanupReason.EXPIRED,
  dueTime: new Date(callback.due_time),
  cleanupId: callback.cleanup_id,
  generation: BigInt(callback.generation),
  fence: BigInt(callback.fence),
  attempt: callback.attempt,
});

/** Calls the mock once; resolves with undefined for OK and with the error for everything else. */
function caller(address: string) {
  const client = new CleanupHandlerServiceClient(address, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
  });
  return (fields: Partial<CleanupRequest> = {}, deadlineMs = 10_000) => {
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer secret');
    return new Promise<ServiceError | undefined>((resolve) => {
      const deadline = Date.now() + deadlineMs;
      client.cleanup({ ...request, ...fields }, metadata, { deadline }, (error) => {
        resolve(error ?? undefined);
      });
    });
  };
}

describe('a callback over gRPC', () => {
  it('succeeds and is recorded like one over HTTP', async () => {
    const mock = await runningMock();
    expect(await caller(mock.grpc)()).toBeUndefined();
    expect((await mock.calls()).calls).toEqual([
      {
        sequence: 1,
        time: expect.any(String) as unknown,
        protocol: 'grpc',
        path: '/lease.v1.CleanupHandlerService/Cleanup',
        headers: expect.objectContaining({ authorization: 'Bearer secret' }) as unknown,
        body: callback,
        answer: 'OK',
      },
    ]);
  });

  it('takes the same script', async () => {
    const mock = await runningMock({ script: '500, UNAVAILABLE, gone, lease-gone, 403, 404, DATA_LOSS, ok' });
    const call = caller(mock.grpc);
    const codes: (Code | undefined)[] = [];
    for (let n = 0; n < 8; n += 1) codes.push((await call())?.code);
    const { INTERNAL, UNAVAILABLE, NOT_FOUND, PERMISSION_DENIED, UNKNOWN, DATA_LOSS } = Code;
    expect(codes).toEqual([
      INTERNAL,
      UNAVAILABLE,
      NOT_FOUND,
      NOT_FOUND,
      PERMISSION_DENIED,
      UNKNOWN,
      DATA_LOSS,
      undefined,
    ]);
  });

  it('hears how long to wait', async () => {
    const mock = await runningMock({ script: '503 retry-after 7s' });
    const error = await caller(mock.grpc)();
    const [details] = error?.metadata.get(STATUS_DETAILS_KEY) ?? [];
    expect(decodeStatusDetails(details as Buffer)).toMatchObject({
      code: Code.UNAVAILABLE,
      retryAfterMs: 7_000,
    });
  });

  it.each(['hang', 'drip'])('gets no answer to a %s', async (script) => {
    const mock = await runningMock({ script });
    expect((await caller(mock.grpc)({}, 300))?.code).toBe(Code.DEADLINE_EXCEEDED);
    expect((await mock.calls()).calls).toMatchObject([{ answer: script }]);
  });

  it('loses its connection to a reset, and gets a new one', async () => {
    const mock = await runningMock({ script: 'reset, ok' });
    const call = caller(mock.grpc);
    expect((await call())?.code).toBe(Code.UNAVAILABLE);
    expect(await call()).toBeUndefined();
    expect((await mock.calls()).calls).toMatchObject([{ answer: 'reset' }, { answer: 'OK' }]);
  });

  it('does not keep the mock from stopping', async () => {
    const mock = await runningMock({ script: 'hang' });
    const hung = caller(mock.grpc)();
    await expect.poll(async () => (await mock.calls()).received, { timeout: 5_000 }).toBe(1);
    await mock.stop();
    expect((await hung)?.code).not.toBe(Code.DEADLINE_EXCEEDED);
  });
});

describe('with a root', () => {
  it('deletes the file, then finds it gone, and refuses for good what is outside', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cleanup-mock-'));
    onTestFinished(() => {
      rmSync(root, { recursive: true });
    });
    writeFileSync(join(root, 'a.txt'), 'x');
    const mock = await runningMock({ root });
    const call = caller(mock.grpc);
    expect(await call()).toBeUndefined();
    expect(existsSync(join(root, 'a.txt'))).toBe(false);
    expect((await call())?.code).toBe(Code.NOT_FOUND);
    expect(await call({ objectId: '/etc/hostname' })).toMatchObject({
      code: Code.PERMISSION_DENIED,
      details: 'refused: the path leads out of the root',
    });
  });
});
