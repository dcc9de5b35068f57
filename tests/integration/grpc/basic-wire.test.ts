import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { status as Code } from '@grpc/grpc-js';
import { LeaseClient } from '@lease/client';
import { describe, expect, it } from 'vitest';
import {
  type AdminMethod,
  aLease,
  anObject,
  expectCollectedOnce,
  expectRefusal,
  expectRefused,
  httpCleanup,
  rawBytes,
  rawMessage,
  type RawCreated,
} from '../../helpers/index.js';
import { onEachStorage } from './on-each-storage.js';

const METHODS = [
  ...['CreateLease', 'RenewLease', 'ReleaseLease', 'GetLease', 'ListLeases'],
  ...['BatchCreateLeases', 'BatchRenewLeases', 'BatchReleaseLeases', 'GetStats'],
];
/** What each misses in an empty request. */
const ADMIN_METHODS: readonly [method: AdminMethod, fields: readonly string[]][] = [
  ['ListCleanups', []],
  ['GetCleanup', ['cleanup_id']],
  ['RetryCleanups', ['cleanup_ids']],
  ['ForgetCleanups', ['reason', 'cleanup_ids']],
  ['ListCleanupAttempts', ['cleanup_id']],
  ['GetCollectionState', []],
  ['PauseCollection', ['duration']],
  ['ResumeCollection', []],
];

const NO_MESSAGE = {
  'a field that is cut off': [0x0a, 0x7f, 0x61],
  'an unknown wire type': [0x0f],
  'a varint without end': Array<number>(12).fill(0xff),
  'field number 0': [0x00, 0x01],
  'the end of a group that never began': [0x0c, 0x0a, 0x01, 0x61],
  'a group without end': [0x0b],
  'a length beyond 2^31': [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
};

/** A length-delimited field, at most 127 bytes. */
function field(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** CreateLeaseRequest with a metadata entry that no plain JavaScript object carries safely. */
function withMetadata(request: object, key: string, value: string): Buffer {
  const entry = Buffer.concat([field(1, key), field(2, value)]);
  return Buffer.concat([rawBytes('lease.v1.CreateLeaseRequest', request), field(5, entry)]);
}

onEachStorage((stage) => {
  const alive = () => stage.client.call('CreateLease', aLease());

  describe('bytes that are no message', () => {
    it.each(METHODS)('%s refuses them as a mistake of the caller', async (method) => {
      for (const bytes of Object.values(NO_MESSAGE)) {
        await expectRefusal(stage.client.callBytes(method, Buffer.from(bytes)), {
          code: 'INVALID_ARGUMENT',
          reason: 'INVALID_REQUEST',
          fields: [''],
        });
      }
    });

    it('text that is no UTF-8 is refused, not mended, and named', async () => {
      const request = aLease({
        metadata: { key: 'MARK' },
        service_id: 'MARK',
        cleanup: httpCleanup(stage.mock),
      });
      const bytes = rawBytes('lease.v1.CreateLeaseRequest', request);
      const places = [...bytes.toString('latin1').matchAll(/MARK/g)].map(({ index }) => index);
      expect(places).toHaveLength(2);
      const named = [];
      for (const place of places) {
        const broken = Buffer.from(bytes);
        broken[place] = 0xff;
        const refusal = await expectRefusal(stage.client.callBytes('CreateLease', broken), {
          code: 'INVALID_ARGUMENT',
          reason: 'INVALID_REQUEST',
        });
        named.push(...refusal.violations);
      }
      expect(named.map(({ field: name }) => name).sort()).toEqual(['metadata["key"]', 'service_id']);
      await expectRefusal(stage.client.call('GetLease', request), {
        code: 'NOT_FOUND',
        reason: 'LEASE_NOT_FOUND',
      });
    });

    it('in a batch they are no batch: nothing of it is done', async () => {
      const requests = [aLease(), aLease({ service_id: 'a\ud800' }), aLease()];
      await expectRefusal(stage.client.call('BatchCreateLeases', { requests }), {
        code: 'INVALID_ARGUMENT',
        reason: 'INVALID_REQUEST',
        fields: ['requests[1].service_id'],
      });
      await expectRefusal(stage.client.call('GetLease', { ...requests[0] }), {
        code: 'NOT_FOUND',
        reason: 'LEASE_NOT_FOUND',
      });
    });
  });

  it('a field of a later version is passed over', async () => {
    const request = aLease();
    const bytes = Buffer.concat([rawBytes('lease.v1.CreateLeaseRequest', request), field(15, 'later')]);
    await stage.client.callBytes('CreateLease', bytes);
    expect(await stage.client.call('CreateLease', request)).toMatchObject({ replayed: true });
  });

  it('metadata keys that are names of JavaScript are keys like any other, up to the callback', async () => {
    const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const object = anObject();
    const plain = aLease({ object, cleanup: httpCleanup(stage.mock), metadata: { a: 'b' } });
    const bytes = keys.reduce(
      (all, key) => Buffer.concat([all, withMetadata({}, key, `of ${key}`)]),
      rawBytes('lease.v1.CreateLeaseRequest', plain),
    );
    const answer = await stage.client.callBytes('CreateLease', bytes);
    for (const key of keys)
      expect(answer.includes(Buffer.concat([field(1, key), field(2, `of ${key}`)])), key).toBe(true);
    const { lease } = rawMessage('lease.v1.CreateLeaseResponse', answer) as RawCreated;

    const sdk = new LeaseClient({ address: stage.server.grpc, serviceId: 'tests' });
    const read = await sdk.get(lease.lease_id);
    const expected = [['a', 'b'], ...keys.map((key) => [key, `of ${key}`])].sort();
    expect(Object.entries(read.lease.metadata).sort()).toEqual(expected);
    await sdk.release({ leaseId: lease.lease_id });
    sdk.close();
    const { body } = await expectCollectedOnce(stage.mock, object);
    expect(Object.entries(body.metadata).sort()).toEqual(expected);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('a message above 4 MiB is refused before it is read', async () => {
    const call = stage.client.call('CreateLease', aLease({ metadata: { a: 'x'.repeat(4 * 1024 * 1024) } }));
    await expect(call).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    await alive();
  });

  describe('what is no gRPC', () => {
    it('is cut off, and nobody else notices', async () => {
      const [host = '', port] = stage.server.grpc.split(':');
      for (const bytes of [
        'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + '\u0000'.repeat(64) + '\u00ff'.repeat(1_024),
        Buffer.alloc(100_000, 0xff).toString('latin1'),
      ]) {
        const socket = connectTcp(Number(port), host).on('error', () => undefined);
        socket.write(bytes, 'latin1');
        socket.resume();
        await once(socket, 'close');
        await alive();
      }
    });

    it.each([
      ['a frame that is cut off', [0, 0, 0, 0, 9, 1], Code.UNIMPLEMENTED],
      ['no frame at all', [], Code.UNIMPLEMENTED],
      ['two frames', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Code.UNIMPLEMENTED],
      ['a compressed frame without a compression', [1, 0, 0, 0, 1, 1], Code.INVALID_ARGUMENT],
      ['a frame of 4 GB', [0, 255, 255, 255, 255, 1], Code.RESOURCE_EXHAUSTED],
    ])('%s is a mistake of the caller, and nobody else notices', async (_, bytes, code) => {
      const session = connectHttp2(`http://${stage.server.grpc}`);
      const stream = session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/lease.v1.LeaseService/GetStats',
        [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
        te: 'trailers',
      });
      let status: unknown;
      for (const event of ['response', 'trailers'])
        stream.on(event, (headers: Record<string, unknown>) => (status = headers['grpc-status'] ?? status));
      stream.on('error', () => undefined);
      stream.end(Buffer.from(bytes));
      stream.resume();
      await once(stream, 'close');
      session.close();
      expect(status).toBe(String(code));
      await alive();
    });
  });

  it.each(ADMIN_METHODS)(
    'CleanupAdminService/%s is there, and says what it misses',
    async (method, fields) => {
      const answer = await stage.client.admin(method).catch((error: unknown) => error);
      if (fields.length === 0) expect(answer).not.toBeInstanceOf(Error);
      else expectRefused(answer, { code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', fields });
    },
  );

  it('a method that the contract does not have is not implemented', async () => {
    const call = stage.client.callBytes('DropLeases', Buffer.alloc(0));
    await expect(call).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
  });

  it('the server has met no fault of its own', () => {
    // An alert is about what the tests do to it.
    expect(stage.server.child.output).not.toMatch(/"level":(50|60)(?!.*"alert":)/);
  });
});
