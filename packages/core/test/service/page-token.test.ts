import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeaseService, type ListLeasesRequest } from '../../src/index.js';
import { decodeBase64url, encodeBase64url } from '../../src/service/base64url.js';
import { openCursor, sealCursor } from '../../src/service/page-token.js';
import { NOW, RecordingStore } from './recording-store.js';

const cursor = fc.string({ unit: 'grapheme', maxLength: 256 }).filter((text) => text.length <= 256);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.match(/./g) ?? [];

describe('a page token', () => {
  it('opens to the cursor that it was made of', () => {
    fc.assert(
      fc.property(fc.string(), cursor, (scope, text) => {
        const token = sealCursor(scope, text);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(openCursor(scope, token)).toBe(text);
      }),
    );
  });

  it.each([
    ['of the longest cursor', '\uffff'.repeat(256)],
    ['of an empty cursor', ''],
    ['with a byte order mark', '\ufeffa'],
  ])('%s opens', (_, text) => {
    expect(openCursor('s', sealCursor('s', text))).toBe(text);
  });

  it('does not open when a single character was changed, wherever it stands', () => {
    fc.assert(
      fc.property(
        cursor,
        fc.nat(),
        fc.constantFrom(...ALPHABET, '=', '+', '/', ' ', 'é'),
        (text, at, char) => {
          const token = sealCursor('scope', text);
          const index = at % token.length;
          fc.pre(token[index] !== char);
          expect(openCursor('scope', token.slice(0, index) + char + token.slice(index + 1))).toBeUndefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('does not open when any bit was flipped, base64’s spare ones included', () => {
    const tokens = ['', 'a', 'ab', 'abc'].map((text) => sealCursor('scope', text));
    for (const token of tokens) {
      for (let i = 0; i < token.length; i += 1) {
        for (const char of ALPHABET) {
          if (char === token[i]) continue;
          expect(openCursor('scope', token.slice(0, i) + char + token.slice(i + 1))).toBeUndefined();
        }
      }
    }
  });

  it('does not open when it was cut, lengthened, or made for another listing', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), cursor, fc.nat(), (scope, other, text, at) => {
        const token = sealCursor(scope, text);
        expect(openCursor(scope, token.slice(0, at % token.length))).toBeUndefined();
        expect(openCursor(scope, token.slice(1 + (at % token.length)))).toBeUndefined();
        expect(openCursor(scope, `${token}A`)).toBeUndefined();
        expect(openCursor(scope, `${token}=`)).toBeUndefined();
        fc.pre(scope !== other);
        expect(openCursor(other, token)).toBeUndefined();
      }),
    );
  });

  it('does not open, and does not throw, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.uint8Array().map(encodeBase64url)), (token) => {
        expect(openCursor('scope', token)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('paging through a listing', () => {
  const setUp = () => {
    const store = new RecordingStore();
    store.onList = (query) => ({
      leases: [],
      now: NOW,
      ...(query.cursor === undefined && { nextCursor: 'after-100' }),
    });
    return { store, service: new LeaseService({ store }) };
  };

  const firstToken = async (service: LeaseService, filter: ListLeasesRequest) => {
    const page = await service.list(filter);
    if (!page.ok || page.value.nextPageToken === undefined) throw new Error('no next page');
    return page.value.nextPageToken;
  };

  it('hands the store its own cursor back, and ends without a token', async () => {
    const { store, service } = setUp();
    const filter = { serviceId: 'svc', objectType: 'blob', state: 'ACTIVE' } as const;
    const pageToken = await firstToken(service, filter);
    const last = await service.list({ ...filter, pageToken });
    expect(store.lists[1]).toEqual({ ...filter, limit: 100, cursor: 'after-100' });
    expect(last).toEqual({ ok: true, value: { leases: [], now: NOW } });
  });

  it('may change its pace: the page size is not part of the filter', async () => {
    const { store, service } = setUp();
    const pageToken = await firstToken(service, { pageSize: 10 });
    await service.list({ pageSize: 20, pageToken });
    expect(store.lists[1]).toEqual({ limit: 20, cursor: 'after-100' });
  });

  it('refuses the token of another filter, whichever part of it differs', async () => {
    const { store, service } = setUp();
    const filters: ListLeasesRequest[] = [
      {},
      { serviceId: 'a' },
      { serviceId: 'b' },
      { objectType: 'a' },
      { objectType: 'a', objectId: 'b' },
      { serviceId: 'b', objectType: 'a' },
      { state: 'ACTIVE' },
      { state: 'EXPIRED' },
    ];
    for (const filter of filters) {
      const pageToken = await firstToken(service, filter);
      const listed = store.lists.length;
      for (const other of filters) {
        if (other === filter) continue;
        expect(await service.list({ ...other, pageToken })).toMatchObject({
          ok: false,
          refusal: { reason: 'INVALID_REQUEST', violations: [{ field: 'page_token' }] },
        });
      }
      expect(store.lists.length).toBe(listed);
    }
  });

  it('does not blame the token for a wrong filter', async () => {
    const { service } = setUp();
    const pageToken = await firstToken(service, {});
    const answer = await service.list({ serviceId: '', pageToken });
    expect(answer).toMatchObject({ refusal: { violations: [{ field: 'service_id' }] } });
  });
});

describe('base64url', () => {
  it('agrees with the platform', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const encoded = encodeBase64url(bytes);
        expect(encoded).toBe(Buffer.from(bytes).toString('base64url'));
        expect(decodeBase64url(encoded)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it.each(['=', 'a+', 'a/', 'ab c', 'é', '\u0000'])('refuses %j', (text) => {
    expect(decodeBase64url(text)).toBeUndefined();
  });
});
