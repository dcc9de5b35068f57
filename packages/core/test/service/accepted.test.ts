import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RETRY_POLICY,
  LeaseService,
  LIMITS,
  type CreateLease,
  type CreateLeaseRequest,
} from '../../src/index.js';
import { RecordingStore } from './recording-store.js';
import {
  create,
  grpc,
  http,
  list,
  withAddress,
  withCleanup,
  withHeaders,
  withMetadata,
  withUrl,
} from './requests.js';

/** The command that the store gets for a request, which must be accepted. */
async function commandOf(request: CreateLeaseRequest): Promise<CreateLease> {
  const store = new RecordingStore();
  const service = new LeaseService({ store, admitTarget: () => undefined });
  const answer = await service.create(request);
  if (!answer.ok) throw new Error(answer.refusal.message);
  const command = store.creates[0]?.[0];
  if (command === undefined) throw new Error('the store was not called');
  return command;
}

async function targetOf(request: CreateLeaseRequest) {
  const { cleanup } = await commandOf(request);
  return cleanup?.spec.target;
}

describe('what is accepted, at the very limits', () => {
  const entries = (count: number, key: (i: number) => string, value: string) =>
    Array.from({ length: count }, (_, i): [string, string] => [key(i), value]);

  it.each<[string, CreateLeaseRequest]>([
    ['object type of 1 character', create({ object: { type: '7', id: 'x' } })],
    ['object type of 63 characters', create({ object: { type: `a${'-'.repeat(62)}`, id: 'x' } })],
    ['object id of 2,048 bytes', create({ object: { type: 'blob', id: 'x'.repeat(2_048) } })],
    ['object id of 128 four-byte characters', create({ object: { type: 'blob', id: '😀'.repeat(128) } })],
    ['object id with spaces, quotes and slashes', create({ object: { type: 'blob', id: ' "a"/../b\\' } })],
    ['object id with a zero-width joiner', create({ object: { type: 'blob', id: '👩\u200d👧' } })],
    ['service id of 128 bytes', create({ serviceId: 's'.repeat(128) })],
    ['the shortest ttl', create({ ttlMs: 1_000 })],
    ['the longest ttl', create({ ttlMs: 86_400_000 })],
    ['the nil UUID', create({ leaseId: '00000000-0000-0000-0000-000000000000' })],
    [
      '50 entries of full size',
      withMetadata(...entries(50, (i) => `${i}`.padStart(64, 'k'), 'v'.repeat(1_024))),
    ],
    ['a metadata value of several lines', withMetadata(['note', 'a\tb\r\nc\n'])],
    ['an empty metadata value', withMetadata(['a', ''])],
    ['a payload of 16 KiB', withCleanup({ payload: 'é'.repeat(8_192) })],
    ['a payload with controls and bidi marks', withCleanup({ payload: '\u0001\u001b\u202e\n' })],
    ['32 headers', withHeaders(...entries(32, (i) => `x-${i}`, 'v'.repeat(4_096)))],
    ['an empty header value', withHeaders(['x-a', ''])],
    ['a header value with inner blanks', withHeaders(['authorization', 'Bearer a  b'])],
    ['every character of a header name', withHeaders(["!#$%&'*+.^_`|~0-az", 'v'])],
    ['a url of 2,048 bytes', withUrl(`http://h/${'a'.repeat(2_039)}`)],
    ['an @ in the path of a url', withUrl('http://h/@user?mail=a@b')],
    ['port 65535', withAddress('h:65535')],
    [
      'the least patient policy',
      withCleanup({
        retry: { maxAttempts: 1, initialBackoffMs: 100, maxBackoffMs: 100, attemptTimeoutMs: 100 },
      }),
    ],
    [
      'the most patient policy',
      withCleanup({
        retry: {
          maxAttempts: 100,
          initialBackoffMs: 3_600_000,
          maxBackoffMs: 86_400_000,
          attemptTimeoutMs: 30_000,
        },
      }),
    ],
  ])('%s', async (_, request) => {
    const command = await commandOf(request);
    expect(command.object).toEqual(request.object);
    expect(command.serviceId).toBe(request.serviceId);
    expect(command.metadata).toEqual(request.metadata ?? new Map());
    expect(command.cleanup?.spec.payload).toBe(request.cleanup && (request.cleanup.payload ?? ''));
  });

  it('keeps metadata keys that name parts of a prototype, byte for byte', async () => {
    const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const { metadata } = await commandOf(
      withMetadata(...keys.map((key): [string, string] => [key, `<${key}>`])),
    );
    expect([...metadata]).toEqual(keys.map((key) => [key, `<${key}>`]));
    expect(({} as Record<string, unknown>)['<__proto__>']).toBeUndefined();
  });
});

describe('values are normalised once', () => {
  it('S12: lower-cases lease ids, so that one id has one spelling', async () => {
    const command = await commandOf(create({ leaseId: 'ABCDEFAB-CDEF-1BCD-8FAB-CDEFABCDEFAB' }));
    expect(command.leaseId).toBe('abcdefab-cdef-1bcd-8fab-cdefabcdefab');
  });

  it('completes a create by the defaults', async () => {
    const command = await commandOf(withCleanup({ target: { kind: 'handler' } }));
    expect(command).toMatchObject({ ttlMs: 300_000, maxActive: 10_000, metadata: new Map() });
    expect(command.cleanup).toMatchObject({
      spec: { target: { kind: 'handler' }, payload: '', retry: DEFAULT_RETRY_POLICY },
      endpoint: 'handler:blob',
    });
  });

  it('has no cleanup in the command when none was asked for', async () => {
    expect(await commandOf(create())).not.toHaveProperty('cleanup');
  });

  it('completes a retry policy field by field', async () => {
    const { cleanup } = await commandOf(withCleanup({ retry: { maxAttempts: 3 } }));
    expect(cleanup?.spec.retry).toEqual({ ...DEFAULT_RETRY_POLICY, maxAttempts: 3 });
  });

  it('copies metadata and headers: the caller cannot change them afterwards', async () => {
    const metadata = new Map([['a', '1']]);
    const headers = new Map([['X-Token', 's']]);
    const command = await commandOf(withCleanup({ target: http({ headers }) }));
    const labelled = await commandOf(create({ metadata }));
    metadata.set('a', '2');
    headers.set('X-Token', 't');
    expect(labelled.metadata).toEqual(new Map([['a', '1']]));
    expect(command.cleanup?.spec.target).toMatchObject({ headers: new Map([['x-token', 's']]) });
  });

  it.each([
    ['HTTP://Hooks.Example:80/A?b=C', 'http://hooks.example/A?b=C', 'http://hooks.example'],
    ['https://h:443', 'https://h/', 'https://h'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4', 'https://xn--bcher-kva.example'],
    ['http://2130706433/', 'http://127.0.0.1/', 'http://127.0.0.1'],
    ['http://0x7f.1/', 'http://127.0.0.1/', 'http://127.0.0.1'],
    ['http://0177.0.0.1/', 'http://127.0.0.1/', 'http://127.0.0.1'],
    [
      'http://[::FFFF:169.254.169.254]:8080/',
      'http://[::ffff:a9fe:a9fe]:8080/',
      'http://[::ffff:a9fe:a9fe]:8080',
    ],
    ['http://h/a/../b', 'http://h/b', 'http://h'],
  ])('url %s', async (url, href, endpoint) => {
    const { cleanup } = await commandOf(withUrl(url));
    expect(cleanup).toMatchObject({ spec: { target: { url: href } }, endpoint });
  });

  it.each([
    ['Hooks.Example:0443', 'hooks.example:443'],
    ['[::1]:50051', '[::1]:50051'],
    ['[0:0:0:0:0:0:0:1]:50051', '[::1]:50051'],
    ['127.1:80', '127.0.0.1:80'],
    ['0x7f.1:80', '127.0.0.1:80'],
    ['bücher.example:443', 'xn--bcher-kva.example:443'],
    ['_grpc.a-b_c.example.:1', '_grpc.a-b_c.example.:1'],
  ])('address %s', async (address, normal) => {
    expect(await targetOf(withAddress(address))).toEqual(grpc({ address: normal }));
    const { cleanup } = await commandOf(withCleanup({ target: grpc({ address, tls: false }) }));
    expect(cleanup?.endpoint).toBe(`grpc://${normal}`);
  });

  it('shows the target policy what will be called, not what was written', async () => {
    const seen: unknown[] = [];
    const service = new LeaseService({
      store: new RecordingStore(),
      admitTarget: (target) => {
        seen.push(target);
        return undefined;
      },
    });
    await service.create(withUrl('http://0x7f.1:80/'));
    await service.create(withAddress('0X7F.1:80'));
    expect(seen).toEqual([http({ url: 'http://127.0.0.1/' }), grpc({ address: '127.0.0.1:80' })]);
  });

  it.each([
    [undefined, LIMITS.pageSize.default],
    [0, 100],
    [1, 1],
    [1_000, 1_000],
    [1_001, 1_000],
    [2 ** 32 - 1, 1_000],
  ])('a page size of %s lists at most %s', async (pageSize, limit) => {
    const store = new RecordingStore();
    await new LeaseService({ store }).list(list(pageSize === undefined ? {} : { pageSize }));
    expect(store.lists).toEqual([{ limit }]);
  });
});
