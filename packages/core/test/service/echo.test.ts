import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeaseService } from '../../src/index.js';
import { echo } from '../../src/service/validate/echo.js';
import { RecordingStore } from './recording-store.js';
import { create, http, untyped } from './requests.js';

/** Any UTF-16 at all, lone surrogates included, and often what must not be shown. */
const wild = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('\u0000', '\n', '"', '\\', '\u202e', '\u2028', '\ufeff', '\ud800', '😀', 'a'), {
      maxLength: 200,
    })
    .map((parts) => parts.join('')),
);

describe('echo', () => {
  it('shows at most 64 characters, none of them a control, a bidi mark, a separator or half a character', () => {
    fc.assert(
      fc.property(wild, (input) => {
        const shown = echo(input);
        expect(shown.length).toBeLessThanOrEqual(66);
        expect(shown).toMatch(/^".*"$/);
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        // Whatever the input, the quotation ends where it ends.
        expect(shown.slice(1, -1).replace(/\\./g, '')).not.toContain('"');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['', '""'],
    ['plain', '"plain"'],
    ['ünï 😀', '"ünï 😀"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\u0000\n\u202e', '"\\u0000\\u000a\\u202e"'],
    ['\ud800', '"\\ud800"'],
    ['\u{e0001}', '"\\u{e0001}"'],
    ['x'.repeat(64), `"${'x'.repeat(64)}"`],
    ['x'.repeat(65), `"${'x'.repeat(61)}..."`],
    [`${'x'.repeat(60)}😀😀😀`, `"${'x'.repeat(60)}..."`],
    [`${'x'.repeat(59)}\u0000`, `"${'x'.repeat(59)}..."`],
  ])('%j is shown as %s', (input, shown) => {
    expect(echo(input)).toBe(shown);
  });
});

describe('refusals', () => {
  const service = new LeaseService({ store: new RecordingStore(), admitTarget: () => undefined });

  it('never carry raw controls or long input, whatever the request holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wild, { minLength: 9, maxLength: 9 }), fc.integer(), async (texts, ttlMs) => {
        const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = ''] = texts;
        const answer = await service.create({
          leaseId: a,
          object: { type: b, id: c },
          serviceId: d,
          ttlMs,
          metadata: new Map([[e, f]]),
          cleanup: { target: http({ url: g, headers: new Map([[h, i]]) }), payload: i },
        });
        if (answer.ok) return;
        for (const { field, description } of answer.refusal.violations ?? []) {
          expect(field + description).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(field.length).toBeLessThanOrEqual('cleanup.http.headers[""]'.length + 64);
          expect(description.length).toBeLessThan(180);
        }
        expect(answer.refusal.message.length).toBeLessThan(300);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never carry secrets: url, header values, payload and metadata values are not repeated', async () => {
    const secret = 'hunter2';
    const answers = await Promise.all([
      service.create(create({ cleanup: { target: http({ url: `http://u:${secret}@h/?t=${secret}` }) } })),
      service.create(create({ cleanup: { target: http({ url: `h/?t=${secret}\u0000` }) } })),
      service.create(create({ cleanup: { target: http({ headers: new Map([['x', `${secret}\n`]]) }) } })),
      service.create(create({ cleanup: { target: http(), payload: `${secret}\u0000` } })),
      service.create(
        create({ cleanup: { target: { kind: 'grpc', address: `u:${secret}@h:1`, tls: true } } }),
      ),
      service.create(create({ metadata: new Map([['a', `${secret}\u0000`]]) })),
    ]);
    for (const answer of answers) {
      expect(answer.ok).toBe(false);
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });

  it('list 16 violations and count the rest: they travel in response trailers', async () => {
    const bad = (prefix: string, count: number) =>
      new Map(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, '\u0000'] as const));
    const answer = await service.create(
      create({
        ttlMs: 1,
        metadata: bad('m', 50),
        cleanup: { target: http({ url: untyped(undefined), headers: bad('h', 32) }) },
      }),
    );
    if (answer.ok) throw new Error('was accepted');
    const fields = answer.refusal.violations?.map(({ field }) => field) ?? [];
    expect(fields).toHaveLength(16);
    expect(fields.slice(0, 3)).toEqual(['ttl', 'cleanup.http.url', 'cleanup.http.headers["h0"]']);
    expect(answer.refusal.message).toMatch(/^ttl is 1 ms: .* \(and 83 more\)$/);
  });
});
