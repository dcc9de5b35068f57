import { describe, expect, test } from 'vitest';
import { callbackBody } from '../../src/http/index.js';
import { callbackHeaders } from '../../src/http/callback-headers.js';
import { httpClaim } from './endpoint.js';

const claim = httpClaim('http://127.0.0.1/cleanup', { metadata: new Map([['bucket', 'b1']]) });

describe('callbackBody', () => {
  test('holds the fields of the contract and no other', () => {
    const spec = { ...claim.spec, payload: '{"keep":"\u0000 text"}' };
    expect(JSON.parse(callbackBody({ ...claim, spec }))).toEqual({
      cleanup_id: claim.cleanupId,
      object_type: 'blob',
      object_id: 'bucket/key',
      generation: 1_767_225_600_000_001,
      fence: 1_767_225_600_000_007,
      attempt: 3,
      reason: 'EXPIRED',
      due_time: '2026-01-01T00:00:00.123Z',
      last_lease_id: '11111111-1111-4111-8111-111111111111',
      lease_id: '22222222-2222-4222-8222-222222222222',
      service_id: 'uploader',
      metadata: { bucket: 'b1' },
      payload: '{"keep":"\u0000 text"}',
    });
  });

  test('writes numbers up to 2^53 - 1 as they are', () => {
    const fence = Number.MAX_SAFE_INTEGER;
    expect(callbackBody({ ...claim, fence })).toContain('"fence":9007199254740991');
  });

  test('keeps metadata keys that mean something to JavaScript', () => {
    const metadata = new Map([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    const body = callbackBody({ ...claim, metadata });
    expect(body).toContain('"metadata":{"__proto__":"a","constructor":"b","toString":"c"}');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test('S7: differs between attempts in attempt and fence only', () => {
    const first = JSON.parse(callbackBody(claim)) as object;
    const second = JSON.parse(callbackBody({ ...claim, attempt: 4, fence: claim.fence + 1 })) as object;
    expect(second).toEqual({ ...first, attempt: 4, fence: claim.fence + 1 });
    expect(callbackBody(claim)).toBe(callbackBody({ ...claim }));
  });
});

describe('callbackHeaders', () => {
  test('adds ours to the user’s, and ours win', () => {
    const headers = new Map([
      ['authorization', 'Bearer secret'],
      ['content-type', 'text/plain'],
      ['lease-fence', '1'],
    ]);
    const target = { kind: 'http', url: 'http://127.0.0.1/', headers, notFoundIsDone: false } as const;
    expect(callbackHeaders(target, claim, Buffer.from('ü'))).toEqual({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
      'content-length': 2,
      'lease-cleanup-id': claim.cleanupId,
      'lease-fence': claim.fence,
      'lease-attempt': 3,
    });
  });
});
