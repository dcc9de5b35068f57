import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LeaseService,
  type CleanupRequest,
  type CleanupTarget,
  type CreateLease,
  type CreateLeaseRequest,
  type LeaseServiceOptions,
} from '../../src/index.js';
import { RecordingStore } from './recording-store.js';
import { create, grpc, http, withCleanup, withHeaders, withMetadata, withUrl } from './requests.js';

async function commandOf(
  request: CreateLeaseRequest,
  options: Partial<LeaseServiceOptions> = {},
): Promise<CreateLease> {
  const store = new RecordingStore();
  const answer = await new LeaseService({ store, admitTarget: () => undefined, ...options }).create(request);
  if (!answer.ok) throw new Error(answer.refusal.message);
  const [command] = store.creates.flat();
  if (command === undefined) throw new Error('the store was not called');
  return command;
}

const hashOf = async (request: CreateLeaseRequest) => (await commandOf(request)).requestHash;
const specHashOf = async (request: CreateLeaseRequest) => (await commandOf(request)).cleanup?.hash;

/** Few values, so that equal requests come up, and values that would run together if they were merely joined. */
const text = fc.constantFrom('a', 'b', 'ab', 'a,b', '"', '",":', '[', 'null', '__proto__', 'é', 'e\u0301');
const map = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => new Map(entries));
const headers = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.constantFrom('', 'a', 'b')), { maxLength: 2 })
  .map((entries) => new Map(entries));
const target: fc.Arbitrary<CleanupTarget> = fc.oneof(
  fc.record({
    kind: fc.constant('http' as const),
    url: fc.constantFrom('http://a/', 'http://a/b', 'https://a/'),
    headers,
    notFoundIsDone: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('grpc' as const),
    address: fc.constantFrom('a:1', 'a:11'),
    tls: fc.boolean(),
  }),
  fc.constant({ kind: 'handler' as const }),
);
const retry = fc.record(
  {
    maxAttempts: fc.constantFrom(1, 15),
    initialBackoffMs: fc.constantFrom(1_000, 2_000),
    maxBackoffMs: fc.constantFrom(3_600_000, 7_200_000),
    attemptTimeoutMs: fc.constantFrom(1_000, 10_000),
  },
  { requiredKeys: [] },
);
const cleanup: fc.Arbitrary<CleanupRequest> = fc.record(
  { target, payload: fc.constantFrom('', 'a', '"'), retry },
  { requiredKeys: ['target'] },
);
const request: fc.Arbitrary<CreateLeaseRequest> = fc.record(
  {
    object: fc.record({ type: fc.constantFrom('a', 'ab'), id: text }),
    serviceId: text,
    ttlMs: fc.constantFrom(1_000, 300_000),
    metadata: map,
    cleanup,
  },
  { requiredKeys: ['object', 'serviceId'] },
);

/** What a request means: unset and empty are one, the order of entries is none. Written apart from the service's. */
function meaning({ object, serviceId, ttlMs, metadata, cleanup: asked }: CreateLeaseRequest) {
  return {
    object,
    serviceId,
    ttlMs,
    metadata: new Map(metadata),
    cleanup: asked && { target: asked.target, payload: asked.payload ?? '', retry: { ...asked.retry } },
  };
}

const DEFAULTS = {
  maxAttempts: 15,
  initialBackoffMs: 1_000,
  maxBackoffMs: 3_600_000,
  attemptTimeoutMs: 10_000,
};

function specMeaning({ target: called, payload = '', retry: asked }: CleanupRequest) {
  return { target: called, payload, retry: { ...DEFAULTS, ...asked } };
}

function same(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

/** A request and one that differs from it in at most one part, so that equal and almost equal ones are common. */
const pair = fc
  .tuple(request, request, fc.constantFrom('object', 'serviceId', 'ttlMs', 'metadata', 'cleanup'))
  .map(([a, other, part]): [CreateLeaseRequest, CreateLeaseRequest] => {
    const kept = Object.entries(a).filter(([key]) => key !== part);
    const taken = Object.entries(other).filter(([key]) => key === part);
    return [a, Object.fromEntries([...kept, ...taken]) as unknown as CreateLeaseRequest];
  });

describe('the request hash', () => {
  it('S12: is equal if and only if the requests are', async () => {
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(pair, async ([a, b]) => {
        const expected = same(meaning(a), meaning(b));
        equal += Number(expected);
        expect((await hashOf(a)) === (await hashOf(b))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(equal).toBeGreaterThan(100);
    expect(equal).toBeLessThan(1_900);
  });

  it('S12: does not depend on the lease id: that is what it is compared for', async () => {
    const other = create({ leaseId: '99999999-2222-4333-8444-555555555555' });
    expect(await hashOf(other)).toBe(await hashOf(create()));
  });

  it('S12: of a request without a ttl does not depend on the server’s default', async () => {
    const before = await commandOf(create(), { defaultTtlMs: 300_000 });
    const after = await commandOf(create(), { defaultTtlMs: 60_000, maxLeasesPerService: 5 });
    expect(after.ttlMs).not.toBe(before.ttlMs);
    expect(after.requestHash).toBe(before.requestHash);
    expect(await hashOf(create({ ttlMs: 300_000 }))).not.toBe(before.requestHash);
  });

  it('S12: is the same for every spelling of the same request', async () => {
    expect(await hashOf(withMetadata(['a', '1'], ['b', '2']))).toBe(
      await hashOf(withMetadata(['b', '2'], ['a', '1'])),
    );
    expect(await hashOf(withMetadata())).toBe(await hashOf(create()));
    expect(await hashOf(withUrl('HTTP://H:80'))).toBe(await hashOf(withUrl('http://h/')));
    expect(await hashOf(withHeaders(['X-A', '1'], ['b', '2']))).toBe(
      await hashOf(withHeaders(['b', '2'], ['x-a', '1'])),
    );
    expect(await hashOf(withCleanup({ payload: '', retry: {} }))).toBe(await hashOf(withCleanup()));
  });

  it('keeps its value: leases of an earlier version stay idempotent', async () => {
    const cleaned = withCleanup({
      target: http({
        headers: new Map([
          ['b', '2'],
          ['a', '1'],
        ]),
      }),
      payload: 'p',
    });
    expect(await hashOf(create({ ttlMs: 5_000, metadata: new Map([['k', 'v']]) }))).toMatchInlineSnapshot(
      `"521fa22b3183032b93b739d55bc7ea698dfc291012ff1fc656a5cd04e21ea477"`,
    );
    expect(await hashOf(cleaned)).toMatchInlineSnapshot(
      `"a11c75736671d4c131f9b8bfba86bd79bf349614d507857a59c39f33cd1e6ace"`,
    );
    expect(await hashOf(withCleanup({ target: grpc() }))).toMatchInlineSnapshot(
      `"cfb7dcfe24510a802e6599829d7321a396dd486858a3ddf63f2c19f37551caec"`,
    );
    expect(await specHashOf(cleaned)).toMatchInlineSnapshot(
      `"0914d778a8a8ede9a153db435d590d91238417bf7839631077bf9da55b30c0ce:15:1000:3600000:10000"`,
    );
  });
});

describe('the hash of a cleanup', () => {
  it('is equal if and only if the completed specs are', async () => {
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(cleanup, cleanup, fc.boolean(), async (a, other, mixed) => {
        const b = mixed ? { ...a, ...(other.retry && { retry: other.retry }) } : other;
        const hashes = [await specHashOf(create({ cleanup: a })), await specHashOf(create({ cleanup: b }))];
        const expected = same(specMeaning(a), specMeaning(b));
        equal += Number(expected);
        expect(hashes[0] === hashes[1]).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(equal).toBeGreaterThan(100);
    expect(equal).toBeLessThan(1_900);
  });

  it('does not depend on whose lease gives it, and on what object', async () => {
    const hash = await specHashOf(withCleanup());
    const other = { ...withCleanup(), object: { type: 'x', id: 'y' }, serviceId: 'other', ttlMs: 9_000 };
    expect(await specHashOf(other)).toBe(hash);
  });
});
