import {
  credentials,
  makeClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { CleanupHandlerServiceDefinition, CleanupRequest } from '@lease/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cleanup, type CleanupHandler, createReceiver } from '../../src/receiver/index.js';
import { messageOf } from '../support/cleanup-message.js';
import { cleanup } from '../support/cleanups.js';
import { secretOf, signedHeaders } from '../support/signed.js';

const [SECRET, OTHER] = [secretOf(1), secretOf(2)];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A receiver behind a real server, and a client that sends bytes. */
const listening = async (onCleanup: CleanupHandler, secrets: string | undefined = SECRET) => {
  const receiver = createReceiver({ onCleanup, ...(secrets !== '' && { secrets }) });
  const server = new Server();
  server.addService(receiver.grpcService.definition, receiver.grpcService.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const { path } = CleanupHandlerServiceDefinition.cleanup;
  const client = new (makeClientConstructor({}, 'bytes'))(`127.0.0.1:${port}`, credentials.createInsecure());
  closers.push(
    () => client.close(),
    () => server.forceShutdown(),
  );
  const asItIs = (bytes: Buffer) => bytes;
  return (bytes: Buffer, headers: Record<string, string | string[]> = {}) =>
    new Promise<Pick<ServiceError, 'code' | 'details'>>((resolve) => {
      const metadata = new Metadata();
      for (const [name, values] of Object.entries(headers)) {
        for (const value of [values].flat()) metadata.add(name, value);
      }
      client.makeUnaryRequest(path, asItIs, asItIs, bytes, metadata, (error) => {
        resolve(error ?? { code: status.OK, details: '' });
      });
    });
};
const handled = () => vi.fn<CleanupHandler>(() => Promise.resolve());

const bytesOf = (each: Cleanup) => Buffer.from(CleanupRequest.encode(messageOf(each)).finish());

describe('a receiver with secrets, over gRPC', () => {
  it('S9: takes what is signed, and runs it once', async () => {
    const onCleanup = handled();
    const call = await listening(onCleanup, `${OTHER},${SECRET}`);
    const sent = cleanup({ payload: '\u0000ü' });
    const bytes = bytesOf(sent);
    const headers = signedHeaders([SECRET], sent.cleanupId, bytes);
    expect(await call(bytes, headers)).toEqual({ code: status.OK, details: '' });
    expect(await call(bytes, headers)).toEqual({ code: status.OK, details: '' });
    expect(onCleanup.mock.calls).toEqual([[sent, expect.any(AbortSignal)]]);
  });

  it('verifies the bytes that came, in whatever order their fields and keys are', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${(i * 37) % 50}`, `v${i}`]));
    const sent = cleanup({ metadata });
    // The same message, with its first field moved to the end and one field that is not known yet.
    const canonical = bytesOf(sent);
    const first = 2 + Buffer.byteLength(sent.leaseId);
    const unknown = Buffer.from([0xa2, 0x06, 0x01, 0x78]);
    const bytes = Buffer.concat([canonical.subarray(first), unknown, canonical.subarray(0, first)]);
    expect(CleanupRequest.encode(CleanupRequest.decode(bytes)).finish()).not.toEqual(bytes);
    const onCleanup = handled();
    const call = await listening(onCleanup);
    expect((await call(bytes, signedHeaders([SECRET], sent.cleanupId, bytes))).code).toBe(status.OK);
    expect(onCleanup.mock.calls[0]?.[0]).toMatchObject({ cleanupId: sent.cleanupId, metadata });
    // What was signed in another order was not sent.
    const reordered = signedHeaders([SECRET], sent.cleanupId, canonical);
    expect((await call(bytes, reordered)).code).toBe(status.UNAUTHENTICATED);
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string | string[]>]>([
    ['no signature', () => ({})],
    ['another secret', ({ 'webhook-id': id = '' }) => signedHeaders([OTHER], id, 'x')],
    ['an id of its own', (headers) => ({ ...headers, 'webhook-id': 'x' })],
    ['two ids', (headers) => ({ ...headers, 'webhook-id': [headers['webhook-id'] ?? '', 'x'] })],
    ['an old timestamp', (headers) => ({ ...headers, 'webhook-timestamp': '1614265330' })],
    ['no signature but garbage', (headers) => ({ ...headers, 'webhook-signature': '~'.repeat(500) })],
  ])('answers %s with UNAUTHENTICATED', async (_, forge) => {
    const onCleanup = handled();
    const call = await listening(onCleanup);
    const sent = cleanup();
    const bytes = bytesOf(sent);
    const answer = await call(bytes, forge(signedHeaders([SECRET], sent.cleanupId, bytes)));
    expect(answer.code).toBe(status.UNAUTHENTICATED);
    expect(answer.details).toMatch(/webhook-|signature/);
    expect(onCleanup).not.toHaveBeenCalled();
  });

  it('S8: lets no stranger poison a fence', async () => {
    const call = await listening(handled());
    const sent = cleanup();
    const forged = bytesOf(cleanup({ ...sent, fence: Number.MAX_SAFE_INTEGER }));
    const foreign = await call(forged, signedHeaders([OTHER], sent.cleanupId, forged));
    expect(foreign.code).toBe(status.UNAUTHENTICATED);
    const bytes = bytesOf(sent);
    expect((await call(bytes, signedHeaders([SECRET], sent.cleanupId, bytes))).code).toBe(status.OK);
  });

  it('takes no signature for another cleanup than the one that was signed', async () => {
    const call = await listening(handled());
    const bytes = bytesOf(cleanup());
    const answer = await call(bytes, signedHeaders([SECRET], cleanup().cleanupId, bytes));
    expect(answer).toMatchObject({
      code: status.UNAUTHENTICATED,
      details: 'webhook-id is not the cleanup_id',
    });
  });

  it.each([
    ['no message', Buffer.from([0xff])],
    ['text that is not UTF-8', Buffer.from([0x0a, 0x01, 0xff])],
  ])('makes nothing of %s before it is verified', async (_, bytes) => {
    const call = await listening(handled());
    expect((await call(bytes, signedHeaders([OTHER], 'x', bytes))).code).toBe(status.UNAUTHENTICATED);
    expect((await call(bytes, signedHeaders([SECRET], 'x', bytes))).code).toBe(status.INVALID_ARGUMENT);
  });
});

describe('a receiver without secrets, over gRPC', () => {
  it.each([
    ['what is no message', Buffer.from([0xff]), /^the request is no such message/],
    ['text that is not UTF-8', Buffer.from([0x0a, 0x01, 0xff]), /^lease_id is not valid UTF-8$/],
  ])('answers %s with INVALID_ARGUMENT', async (_, bytes, details) => {
    const call = await listening(handled(), '');
    expect(await call(bytes)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(details) as string,
    });
  });
});
