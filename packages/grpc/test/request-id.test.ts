import { Metadata } from '@grpc/grpc-js';
import { GetLeaseRequest, GetLeaseResponse, LeaseServiceDefinition } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { REQUEST_ID_KEY } from '../src/index.js';
import { served } from './served.js';

const { path } = LeaseServiceDefinition.getLease;

/** The id that a refused call is answered with. */
async function answeredId(
  lease: Awaited<ReturnType<typeof served>>,
  given?: string | Buffer,
): Promise<string> {
  const metadata = new Metadata();
  if (given !== undefined) metadata.set(REQUEST_ID_KEY, given);
  const encode = (request: GetLeaseRequest) => Buffer.from(GetLeaseRequest.encode(request).finish());
  const decode = (bytes: Buffer) => GetLeaseResponse.decode(bytes);
  const error = await new Promise<{ readonly metadata: Metadata } | null>((resolve) => {
    lease.client.makeUnaryRequest(path, encode, decode, { leaseId: 'x' }, metadata, {}, resolve);
  });
  return String(error?.metadata.get(REQUEST_ID_KEY)[0]);
}

describe('an error', () => {
  it('is answered under the id that the caller gave', async () => {
    await using lease = await served();
    for (const id of ['a', 'checkout-7f3.1:retry_2', 'x'.repeat(64)]) {
      expect(await answeredId(lease, id)).toBe(id);
    }
  });

  it.each([undefined, '', 'x'.repeat(65), 'two words', 'esc\\u001b', '{"a":1}'])(
    'is answered under one of ours where the caller gave %j',
    async (given) => {
      await using lease = await served();
      expect(await answeredId(lease, given)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    },
  );

  it('has an id of its own, each of them', async () => {
    await using lease = await served();
    expect(await answeredId(lease)).not.toBe(await answeredId(lease));
  });
});
