import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  BatchCreateLeasesResponse,
  CleanupAttempt,
  CleanupRequest,
  CleanupSpec,
  CreateLeaseRequest,
  Disposition,
  Lease,
  LeaseState,
  ListLeasesRequest,
  RetryPolicy,
  Status,
} from '../src/index.js';
import { schema } from './contract.js';

const hostileKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'ключ', '\u{1F5D1}'];
const metadata = new Map(hostileKeys.map((key, i) => [key, `value ${i}`]));

const request = CreateLeaseRequest.create({
  leaseId: '0f7f8d38-6d39-4a5f-9d0c-0c2a1d2f3b4c',
  object: { type: 'blob', id: 'b/1 \uFEFF' },
  serviceId: 'uploader',
  ttl: { seconds: 300n, nanos: 1_000_000 },
  metadata,
  cleanup: {
    target: {
      $case: 'http',
      value: { url: 'http://127.0.0.1:8080/c', headers: metadata, notFoundIsDone: true },
    },
    payload: '{}',
    retry: { maxAttempts: 3, maxBackoff: { seconds: 60n, nanos: 0 } },
  },
});

describe('a request', () => {
  it('survives the wire', () => {
    expect(CreateLeaseRequest.decode(CreateLeaseRequest.encode(request).finish())).toEqual(request);
  });

  it('survives JSON', () => {
    const text = JSON.stringify(CreateLeaseRequest.toJSON(request));
    expect(CreateLeaseRequest.fromJSON(JSON.parse(text))).toEqual(request);
  });

  it('reads the same to an independent implementation', () => {
    const type = schema('lease.v1.CreateLeaseRequest');
    const bytes = CreateLeaseRequest.encode(request).finish();
    const theirs = toBinary(type, fromBinary(type, bytes));
    expect(CreateLeaseRequest.decode(theirs)).toEqual(request);
  });
});

describe('metadata', () => {
  const prototype = Object.getOwnPropertyNames(Object.prototype);

  it.each(hostileKeys)('keeps the key %j byte for byte, and touches no prototype', (key) => {
    const one = CleanupRequest.create({ metadata: new Map([[key, 'kept']]) });
    const decoded = CleanupRequest.decode(CleanupRequest.encode(one).finish());
    const text = JSON.stringify(CleanupRequest.toJSON(one));
    const parsed = CleanupRequest.fromJSON(JSON.parse(text));
    for (const { metadata } of [one, decoded, parsed]) expect([...metadata]).toEqual([[key, 'kept']]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  });
});

describe('numbers', () => {
  it.each([0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n])('keeps the uint64 %s', (generation) => {
    const lease = Lease.create({ generation });
    expect(Lease.decode(Lease.encode(lease).finish()).generation).toBe(generation);
    expect(Lease.fromJSON(JSON.parse(JSON.stringify(Lease.toJSON(lease)))).generation).toBe(generation);
  });

  it('refuses to encode what is no uint64', () => {
    expect(() => Lease.encode(Lease.create({ generation: 2n ** 64n }))).toThrow(/too large/);
    expect(() => Lease.encode(Lease.create({ generation: -1n }))).toThrow(/too large/);
  });

  it('keeps the uint32 2^32-1', () => {
    const bytes = ListLeasesRequest.encode(ListLeasesRequest.create({ pageSize: 2 ** 32 - 1 })).finish();
    expect(ListLeasesRequest.decode(bytes).pageSize).toBe(2 ** 32 - 1);
  });

  it('tells 0 attempts, which are refused, from no word about attempts, which means the default', () => {
    const decoded = (policy: RetryPolicy) => RetryPolicy.decode(RetryPolicy.encode(policy).finish());
    expect(decoded(RetryPolicy.create({ maxAttempts: 0 })).maxAttempts).toBe(0);
    expect(decoded(RetryPolicy.create({})).maxAttempts).toBeUndefined();
  });

  it('tells the status code 0 (gRPC OK) from no answer', () => {
    const decoded = (attempt: CleanupAttempt) =>
      CleanupAttempt.decode(CleanupAttempt.encode(attempt).finish());
    expect(decoded(CleanupAttempt.create({ statusCode: 0 })).statusCode).toBe(0);
    expect(decoded(CleanupAttempt.create({})).statusCode).toBeUndefined();
  });
});

describe('what a newer peer sends', () => {
  it('keeps an enum number that is not known here, so that it can be refused by its field', () => {
    const type = schema('lease.v1.ListLeasesRequest');
    const bytes = toBinary(type, create(type, { state: 99 }));
    expect(ListLeasesRequest.decode(bytes).state).toBe(99);
    expect(LeaseState[ListLeasesRequest.decode(bytes).state]).toBeUndefined();
  });

  it('passes over fields that are not known here', () => {
    const lease = Lease.create({ leaseId: 'a' });
    const session = Buffer.from([...[0x92, 0x03], 2, 0x68, 0x69]); // Field 50: "hi".
    expect(Lease.decode(Buffer.concat([Lease.encode(lease).finish(), session]))).toEqual(lease);
  });
});

describe('names', () => {
  it('of enum values are the words of the domain', () => {
    expect(LeaseState[LeaseState.EXPIRED]).toBe('EXPIRED');
    expect(Disposition.KEEP).toBe(2);
    expect(Lease.toJSON(Lease.create({ state: LeaseState.ACTIVE }))).toEqual({ state: 'LEASE_STATE_ACTIVE' });
  });

  it('of a oneof are those of its cases', () => {
    const spec = CleanupSpec.create({
      target: { $case: 'grpc', value: { address: 'localhost:1', tls: true } },
    });
    expect(CleanupSpec.toJSON(spec)).toEqual({ grpc: { address: 'localhost:1', tls: true } });
  });
});

it('a batch answers each request with a lease or an error', () => {
  const response = BatchCreateLeasesResponse.create({
    results: [
      { answer: { $case: 'lease', value: Lease.create({ leaseId: 'a' }) }, revived: true, priorAttempts: 2 },
      { answer: { $case: 'error', value: Status.create({ code: 8, message: 'quota' }) } },
    ],
    serverTime: new Date(1_700_000_000_123),
  });
  const decoded = BatchCreateLeasesResponse.decode(BatchCreateLeasesResponse.encode(response).finish());
  expect(decoded).toEqual(response);
  expect(decoded.results.map(({ answer }) => answer?.$case)).toEqual(['lease', 'error']);
});
