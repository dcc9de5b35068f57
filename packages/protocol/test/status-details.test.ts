import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  decodeStatusDetails,
  encodeStatusDetails,
  fromStatus,
  Status,
  type StatusDetails,
  toStatus,
} from '../src/index.js';
import { schema } from './contract.js';

const full = {
  code: 8,
  message: 'too many leases: ключ',
  reason: 'LEASE_QUOTA_EXCEEDED',
  metadata: new Map([['__proto__', '10000']]),
  violations: [{ field: 'metadata["a"]', description: 'must be shorter' }],
  retryAfterMs: 1_500,
  quotaViolations: [{ subject: 'service:uploader', description: '10000 active leases' }],
} satisfies StatusDetails;

describe('status details', () => {
  it('come back as they went', () => {
    expect(decodeStatusDetails(encodeStatusDetails(full))).toEqual(full);
    expect(fromStatus(toStatus(full))).toEqual(full);
  });

  it('may be no more than a code', () => {
    expect(decodeStatusDetails(encodeStatusDetails({ code: 13, message: '' }))).toEqual({
      code: 13,
      message: '',
    });
  });

  it('are what other implementations of google.rpc read', () => {
    const { details } = Status.decode(encodeStatusDetails(full));
    const read = details.map(({ typeUrl, value }) => {
      const name = typeUrl.replace('type.googleapis.com/', '');
      return fromBinary(schema(name), value);
    });
    expect(read).toMatchObject([
      { reason: 'LEASE_QUOTA_EXCEEDED', domain: 'lease.v1' },
      { fieldViolations: full.violations },
      { retryDelay: { seconds: 1n, nanos: 500_000_000 } },
      { violations: full.quotaViolations },
    ]);
  });

  it('leave out a reason of another domain, and details of unknown types', () => {
    const info = toBinary(
      schema('google.rpc.ErrorInfo'),
      create(schema('google.rpc.ErrorInfo'), { reason: 'LEASE_ENDED', domain: 'proxy.example' }),
    );
    const details = [
      { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: Buffer.from(info) },
      { typeUrl: 'type.googleapis.com/google.rpc.Help', value: Buffer.from([0xff]) },
      { typeUrl: '', value: Buffer.alloc(0) },
    ];
    expect(fromStatus({ code: 9, message: 'm', details })).toEqual({ code: 9, message: 'm' });
  });

  it('keep a reason that only a newer server knows', () => {
    const error = { code: 9, message: '', reason: 'LEASE_SUSPENDED' };
    expect(decodeStatusDetails(encodeStatusDetails(error))).toMatchObject(error);
  });
});

describe('status details that are garbage', () => {
  it.each([0, -1, 17, 2 ** 31 - 1])('answer undefined: the code %s', (code) => {
    expect(fromStatus({ code, message: '', details: [] })).toBeUndefined();
  });

  it.each(['ErrorInfo', 'BadRequest', 'RetryInfo', 'QuotaFailure'])(
    'answer undefined: a broken %s',
    (name) => {
      const typeUrl = `type.googleapis.com/google.rpc.${name}`;
      const details = [{ typeUrl, value: Buffer.from([0x0a, 0x7f]) }];
      expect(fromStatus({ code: 3, message: '', details })).toBeUndefined();
    },
  );

  it('answer undefined: a RetryInfo that points to the past', () => {
    const typeUrl = 'type.googleapis.com/google.rpc.RetryInfo';
    const value = Buffer.from([0x0a, 0x0b, 0x08, ...Array<number>(9).fill(0xff), 0x01]);
    expect(fromStatus({ code: 3, message: '', details: [{ typeUrl, value }] })).toBeUndefined();
  });

  it('answer undefined: no bytes, text, invalid UTF-8', () => {
    expect(decodeStatusDetails(new Uint8Array())).toBeUndefined();
    expect(decodeStatusDetails(Buffer.from('not a status'))).toBeUndefined();
    expect(decodeStatusDetails(Buffer.from([0x08, 3, 0x12, 1, 0xff]))).toBeUndefined();
  });

  it('never throw, whichever bits of good ones are flipped and wherever they are cut', () => {
    const bytes = encodeStatusDetails(full);
    let answered = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      if (decodeStatusDetails(bytes.subarray(0, at)) === undefined) answered += 1;
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
        if (decodeStatusDetails(flipped) === undefined) answered += 1;
      }
    }
    expect(answered).toBeGreaterThan(bytes.length);
  });

  it('never throw on random bytes', () => {
    let seed = 42;
    const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
    let garbage = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(Array.from({ length: next() % 40 }, next));
      if (decodeStatusDetails(bytes) === undefined) garbage += 1;
    }
    expect(garbage).toBeGreaterThan(19_000);
  });
});
