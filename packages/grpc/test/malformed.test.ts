import { status } from '@grpc/grpc-js';
import { CreateLeaseRequest, LeaseServiceDefinition } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { create, errorOf, served } from './served.js';

const methods = Object.values(LeaseServiceDefinition).map(({ path }) => path);

describe('bytes that are no message', () => {
  it.each(methods)('%s answers INVALID_ARGUMENT, never INTERNAL', async (path) => {
    await using lease = await served();
    const invalid = [
      ['a field that is cut off', Buffer.from([0x0a, 0x7f, 0x61])],
      ['an unknown wire type', Buffer.from([0x0f])],
      ['a varint without end', Buffer.alloc(12, 0xff)],
      ['field number 0', Buffer.from([0x00, 0x01])],
      ['the end of a group that never began', Buffer.from([0x0c, 0x0a, 0x01, 0x61])],
    ] as const;
    for (const [what, bytes] of invalid) {
      const error = errorOf(await lease.callRaw(path, bytes));
      expect(error, what).toMatchObject({
        code: status.INVALID_ARGUMENT,
        reason: 'INVALID_REQUEST',
        violations: [{ field: '' }],
      });
    }
    expect(lease.faults).toEqual([]);
  });

  it('text that is not UTF-8 is refused, and its field named', async () => {
    await using lease = await served();
    const text = (message: CreateLeaseRequest) => Buffer.from(CreateLeaseRequest.encode(message).finish());
    const place = (bytes: Buffer, marker: string) => {
      const at = bytes.indexOf(marker);
      expect(at).toBeGreaterThan(0);
      bytes[at] = 0xff;
      return bytes;
    };
    const metadata = new Map([['key', 'VALUE']]);
    for (const [bytes, field] of [
      [place(text(create(1, { object: { type: 'blob', id: 'IDENT' } })), 'IDENT'), 'object.id'],
      [place(text(create(1, { serviceId: 'HOLDER' })), 'HOLDER'), 'service_id'],
      [place(text(create(1, { metadata })), 'VALUE'), 'metadata["key"]'],
    ] as const) {
      expect(errorOf(await lease.callRaw('/lease.v1.LeaseService/CreateLease', bytes))).toMatchObject({
        code: status.INVALID_ARGUMENT,
        reason: 'INVALID_REQUEST',
        message: `${field} is not valid UTF-8`,
        violations: [{ field, description: 'is not valid UTF-8' }],
      });
    }
    expect((await lease.store.stats()).leases.created).toBe(0);
  });

  it('a request above 4 MiB is RESOURCE_EXHAUSTED', async () => {
    await using lease = await served();
    const bytes = Buffer.alloc(4 * 1024 * 1024 + 1);
    const error = errorOf(await lease.callRaw('/lease.v1.LeaseService/CreateLease', bytes));
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('a refusal whose text could not be sent is mended, not a crash', async () => {
    // Core echoes what it refuses; a caller in process may hand it a lone surrogate, which encodeURI throws on.
    await using lease = await served({ admitTarget: () => 'is \ud800 bad' });
    const cleanup = { target: { $case: 'http', value: { url: 'http://127.0.0.1/' } } } as const;
    const request = CreateLeaseRequest.fromPartial({ ...create(1), cleanup });
    expect(errorOf(await lease.call('createLease', request)).message).toMatch(
      /^cleanup.http.url is \ufffd bad/,
    );
  });
});
