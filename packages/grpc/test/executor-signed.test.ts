import { createHmac } from 'node:crypto';
import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { CleanupClaim } from '@lease/core';
import { callbackSigner, egressGuard } from '@lease/core/http';
import { CleanupHandlerServiceDefinition, CleanupRequest, type CleanupResponse } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { CLEANUP, grpcClaim } from './claims.js';
import { bind } from './handler-server.js';

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)];
const secrets = KEYS.map((key) => `whsec_${key.toString('base64')}`);

type RawCall = ServerUnaryCall<Buffer, CleanupResponse>;

/** What a real server got of one attempt: the request as bytes, and its metadata. */
async function sent(claimed: Partial<CleanupClaim> = {}, signed = true): Promise<RawCall> {
  const server = new Server();
  const { cleanup } = CleanupHandlerServiceDefinition;
  const asItIs = (bytes: Buffer) => bytes;
  const raw = { ...cleanup, requestSerialize: asItIs, requestDeserialize: asItIs };
  const calls: RawCall[] = [];
  server.addService(
    { cleanup: raw },
    {
      cleanup: (call: RawCall, answer: sendUnaryData<CleanupResponse>) => {
        calls.push(call);
        answer(null, {});
      },
    },
  );
  const port = await bind(server);
  const signCallback = callbackSigner({ secrets, clock: { wallMs: () => 1_767_225_600_999 } });
  const executor = new GrpcExecutor({
    guard: egressGuard({ allowLoopback: true }),
    ...(signed && { signCallback }),
  });
  const claim = { ...grpcClaim(`127.0.0.1:${port}`), ...claimed };
  const result = await executor.execute(claim, new AbortController().signal);
  await executor.close();
  server.forceShutdown();
  expect(result).toMatchObject({ kind: 'done' });
  const [call] = calls;
  if (call === undefined) throw new Error('nothing was sent');
  return call;
}

const one = ({ metadata }: RawCall, name: string) => {
  const values = metadata.get(name);
  expect(values, name).toHaveLength(1);
  return values[0];
};

/** A map of protobuf has no order of its own: whoever serializes the message again may get other bytes. */
const MANY = new Map(Array.from({ length: 50 }, (_, i) => [`key-${(i * 37) % 50}`, `ü${i}\u0000`]));

describe('a callback that the gRPC executor sends', () => {
  it.each([
    ['little', new Map<string, string>()],
    ['a map of many keys', MANY],
  ])('carries signatures over the request as it is on the wire, with %s in it', async (_, metadata) => {
    const call = await sent({ metadata });
    expect(one(call, 'webhook-id')).toBe(CLEANUP);
    expect(one(call, 'webhook-timestamp')).toBe('1767225600');
    const expected = KEYS.map((key) => {
      const hmac = createHmac('sha256', key).update(`${CLEANUP}.1767225600.`).update(call.request);
      return `v1,${hmac.digest('base64')}`;
    });
    expect(one(call, 'webhook-signature')).toBe(expected.join(' '));
    expect(CleanupRequest.decode(call.request)).toMatchObject({ cleanupId: CLEANUP, metadata });
  });

  it('carries none of this without a secret', async () => {
    const call = await sent({}, false);
    const names = Object.keys(call.metadata.getMap());
    expect(names.filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });
});
