import { credentials, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  CleanupHandlerServiceClient,
  CleanupReason,
  type CleanupRequest,
  decodeStatusDetails,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CleanupHandler, createReceiver, type ReceiverOptions } from '../../src/receiver/index.js';
import { messageOf } from '../support/cleanup-message.js';
import { cleanup, gate } from '../support/cleanups.js';
import { until } from '../support/until.js';

type Answer = Pick<ServiceError, 'code'> & Partial<ServiceError>;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const listening = async (options: ReceiverOptions) => {
  const receiver = createReceiver(options);
  const server = new Server();
  server.addService(receiver.grpcService.definition, receiver.grpcService.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const client = new CleanupHandlerServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
  closers.push(
    () => client.close(),
    () => server.forceShutdown(),
  );
  const call = (request: CleanupRequest) =>
    new Promise<Answer>((resolve) => {
      client.cleanup(request, (error) => resolve(error ?? { code: status.OK }));
    });
  return { receiver, call };
};
const handled = () => vi.fn<CleanupHandler>(() => Promise.resolve());

function retryAfterMs(answer: Answer): number | undefined {
  const [bytes] = answer.metadata?.get(STATUS_DETAILS_KEY) ?? [];
  return Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes)?.retryAfterMs : undefined;
}

describe('a callback', () => {
  it('reaches the handler with all its fields, and is answered OK', async () => {
    const onCleanup = handled();
    const { call } = await listening({ onCleanup });
    const sent = cleanup({ reason: 'RELEASED', metadata: { ['__proto__']: 'p' }, payload: '\u0000ü' });
    await expect(call(messageOf(sent))).resolves.toEqual({ code: status.OK });
    const [received] = onCleanup.mock.calls[0] ?? [];
    expect(received).toEqual({ ...sent, metadata: expect.anything() as unknown });
    expect(Object.entries(received?.metadata ?? {})).toEqual([['__proto__', 'p']]);
  });

  it.each([
    [{ kind: 'gone' } as const, status.NOT_FOUND, undefined],
    [{ kind: 'fail', detail: 'no such bucket ü' } as const, status.INVALID_ARGUMENT, undefined],
    [{ kind: 'retry', detail: 'busy' } as const, status.ABORTED, undefined],
    [{ kind: 'retry', afterMs: 1_200.5 } as const, status.ABORTED, 1_201],
  ])('is answered as the handler says: %o is %i', async (result, code, afterMs) => {
    const { call } = await listening({ onCleanup: () => Promise.resolve(result) });
    const answer = await call(messageOf(cleanup()));
    expect(answer).toMatchObject({ code, ...('detail' in result && { details: result.detail }) });
    expect(retryAfterMs(answer)).toBe(afterMs);
  });

  it('whose handler fails is answered INTERNAL, and the error stays here', async () => {
    const onError = vi.fn();
    const { call } = await listening({ onCleanup: () => Promise.reject(new Error('secret')), onError });
    await expect(call(messageOf(cleanup()))).resolves.toMatchObject({
      code: status.INTERNAL,
      details: 'the handler failed',
    });
    expect(onError).toHaveBeenCalledOnce();
  });

  it('of a type without handler is answered so that it is retried', async () => {
    const { call } = await listening({ handlers: {} });
    await expect(call(messageOf(cleanup()))).resolves.toMatchObject({ code: status.FAILED_PRECONDITION });
  });

  it('S9: that still runs is answered UNAVAILABLE with RetryInfo, and OK when it is done', async () => {
    const { passed, open } = gate();
    const onCleanup = vi.fn<CleanupHandler>(() => passed);
    const { call } = await listening({ onCleanup });
    const first = cleanup();
    const running = call(messageOf(first));
    await until('it runs', () => onCleanup.mock.calls.length === 1);
    const second = await call(messageOf({ ...first, attempt: 2, fence: first.fence + 1 }));
    expect(second.code).toBe(status.UNAVAILABLE);
    expect(retryAfterMs(second)).toBe(4_000);
    expect(second.metadata?.get('lease-running')).toEqual(['1']);
    open();
    expect((await running).code).toBe(status.OK);
    expect((await call(messageOf({ ...first, attempt: 3, fence: first.fence + 2 }))).code).toBe(status.OK);
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('S8: with a stale fence is answered FAILED_PRECONDITION', async () => {
    const { call } = await listening({ onCleanup: handled() });
    const first = cleanup();
    await call(messageOf({ ...first, fence: first.fence + 1 }));
    await expect(call(messageOf(first))).resolves.toMatchObject({ code: status.FAILED_PRECONDITION });
  });

  it('L6: to a receiver that closes is answered UNAVAILABLE', async () => {
    const { receiver, call } = await listening({ onCleanup: handled() });
    await receiver.close();
    await expect(call(messageOf(cleanup()))).resolves.toMatchObject({ code: status.UNAVAILABLE });
  });

  it.each<[string, Partial<CleanupRequest>]>([
    ['cleanup_id', { cleanupId: '' }],
    ['object_type', { objectType: '' }],
    ['object_id', { objectId: '' }],
    ['fence', { fence: 2n ** 53n }],
    ['generation', { generation: 2n ** 64n - 1n }],
    ['reason', { reason: CleanupReason.UNSPECIFIED }],
    ['due_time', { dueTime: undefined }],
  ])('without a valid %s is answered INVALID_ARGUMENT', async (field, more) => {
    const onCleanup = handled();
    const { call } = await listening({ onCleanup });
    await expect(call(messageOf(cleanup(), more))).resolves.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(new RegExp(`^${field} `)) as string,
    });
    expect(onCleanup).not.toHaveBeenCalled();
  });
});
