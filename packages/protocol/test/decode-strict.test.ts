import { describe, expect, it } from 'vitest';
import {
  BatchCreateLeasesRequest,
  CleanupSpec,
  CreateLeaseRequest,
  decodeStrict,
  GetLeaseRequest,
  ListLeasesRequest,
} from '../src/index.js';

const MARK = 'INVALID!';

/** The encoded message, with bytes that are no UTF-8 wherever it says {@link MARK}. */
function spoiled(
  encoded: { finish(): Uint8Array },
  bytes = [0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf5, 0xfe],
): Buffer {
  const buffer = Buffer.from(encoded.finish());
  for (let at = buffer.indexOf(MARK); at >= 0; at = buffer.indexOf(MARK)) buffer.set(bytes, at);
  return buffer;
}

describe('decodeStrict', () => {
  it('reads what is well formed, U+FEFF and U+FFFD included', () => {
    const request = CreateLeaseRequest.create({
      object: { type: 'blob', id: '\uFEFFx\uFFFD' },
      metadata: new Map([['__proto__', '\u0000']]),
    });
    const bytes = CreateLeaseRequest.encode(request).finish();
    expect(decodeStrict(CreateLeaseRequest, bytes)).toEqual({ value: request });
    expect(decodeStrict(CreateLeaseRequest, new Uint8Array())).toEqual({
      value: CreateLeaseRequest.create({}),
    });
  });

  it.each<[string, Buffer]>([
    ['service_id', spoiled(CreateLeaseRequest.encode(CreateLeaseRequest.create({ serviceId: MARK })))],
    [
      'object.id',
      spoiled(CreateLeaseRequest.encode(CreateLeaseRequest.create({ object: { id: `a${MARK}` } }))),
    ],
    [
      'metadata',
      spoiled(CreateLeaseRequest.encode(CreateLeaseRequest.create({ metadata: new Map([[MARK, '']]) }))),
    ],
    [
      'metadata["a\\"b"]',
      spoiled(CreateLeaseRequest.encode(CreateLeaseRequest.create({ metadata: new Map([['a"b', MARK]]) }))),
    ],
    [
      'cleanup.http.url',
      spoiled(
        CreateLeaseRequest.encode(
          CreateLeaseRequest.create({ cleanup: { target: { $case: 'http', value: { url: MARK } } } }),
        ),
      ),
    ],
    [
      'cleanup.http.headers["x-key"]',
      spoiled(
        CreateLeaseRequest.encode(
          CreateLeaseRequest.create({
            cleanup: { target: { $case: 'http', value: { headers: new Map([['x-key', MARK]]) } } },
          }),
        ),
      ),
    ],
  ])('names %s as the field that is not UTF-8', (field, bytes) => {
    expect(decodeStrict(CreateLeaseRequest, bytes)).toEqual({ malformed: 'is not valid UTF-8', field });
  });

  it('names the request within a batch', () => {
    const batch = BatchCreateLeasesRequest.create({ requests: [{}, { object: { type: MARK } }] });
    expect(decodeStrict(BatchCreateLeasesRequest, spoiled(BatchCreateLeasesRequest.encode(batch)))).toEqual({
      malformed: 'is not valid UTF-8',
      field: 'requests[1].object.type',
    });
  });

  it.each([
    ['a continuation byte alone', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('finds %s, in short and in long text', (_, bytes) => {
    for (const padding of ['', 'x'.repeat(100)]) {
      const text = [...Buffer.from(padding), ...bytes];
      const frame = Buffer.from([0x0a, text.length, ...text]);
      expect(decodeStrict(GetLeaseRequest, frame)).toEqual({
        malformed: 'is not valid UTF-8',
        field: 'lease_id',
      });
    }
  });

  it('notices invalid text that a later value of the same field has replaced', () => {
    const frame = Buffer.from([0x0a, 1, 0xff, 0x0a, 1, 0x61]);
    expect(decodeStrict(GetLeaseRequest, frame)).toEqual({ malformed: 'is not valid UTF-8', field: '' });
  });

  it.each([
    ['text longer than the frame', [0x0a, 5, 0x61]],
    ['a varint without an end', [0x28, 0xff]],
    ['an unknown field longer than the frame', [0xfa, 0x07, 0x7f]],
    ['the wire type 7', [0x0f]],
    ['an end of group', [0x0c, 0x0a, 1, 0x61]],
    ['the field number 0', [0x00, 0x61]],
    ['groups nested without an end', Array<number>(10_000).fill(0x1b)],
  ])('refuses %s', (_, bytes) => {
    const decoded = decodeStrict(ListLeasesRequest, Buffer.from(bytes));
    expect(decoded).toEqual({
      malformed: expect.stringMatching(/^is no such message: /) as string,
      field: '',
    });
  });

  it('answers any bytes with a message or a refusal', () => {
    const spec = CleanupSpec.create({
      target: { $case: 'http', value: { url: 'http://127.0.0.1/', headers: new Map([['a', 'b']]) } },
      payload: 'p'.repeat(50),
      retry: { maxAttempts: 1, maxBackoff: { seconds: 2n ** 40n, nanos: 1 } },
    });
    const bytes = Buffer.from(CleanupSpec.encode(spec).finish());
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      if ('malformed' in decodeStrict(CleanupSpec, bytes.subarray(0, at))) refused += 1;
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
        if ('malformed' in decodeStrict(CleanupSpec, flipped)) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length);
  });
});
