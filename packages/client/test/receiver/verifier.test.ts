import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signingKeys } from '../../src/receiver/signing-keys.js';
import { UnverifiedError, verifiedCleanup, Verifier } from '../../src/receiver/verifier.js';
import { cleanup } from '../support/cleanups.js';
import { secretOf, signedHeaders } from '../support/signed.js';

// The vector of the specification's reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const SECONDS = 1_614_265_330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const OTHER = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

const VECTOR: Readonly<Record<string, unknown>> = {
  'webhook-id': ID,
  'webhook-timestamp': String(SECONDS),
  'webhook-signature': SIGNATURE,
};

/** Why it is refused; `undefined` if it is not. */
function refusal(
  headers: Readonly<Record<string, unknown>>,
  body: Uint8Array | string = BODY,
  { secrets = SECRET, nowMs = SECONDS * 1_000 }: { secrets?: string | string[]; nowMs?: number } = {},
): string | undefined {
  const verifier = new Verifier(signingKeys(secrets), { wallMs: () => nowMs });
  try {
    verifier.verify(
      verifier.claimIn((name) => headers[name]),
      Buffer.from(body),
    );
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnverifiedError);
    return (error as UnverifiedError).message;
  }
}

const NO_MATCH = 'no signature matches: do both sides have the same secret?';

describe('a signature', () => {
  it('of the specification’s libraries is verified', () => {
    expect(refusal(VECTOR)).toBeUndefined();
  });

  it.each<[string, string]>([
    ['among others', `${OTHER} v2,${OTHER.slice(3)} ${SIGNATURE} ${OTHER}`],
    ['behind one of another version', `v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw== ${SIGNATURE}`],
    ['behind what is none', `v1 , ,, v1, ${SIGNATURE}`],
  ])('is found %s', (_, signatures) => {
    expect(refusal({ ...VECTOR, 'webhook-signature': signatures })).toBeUndefined();
  });

  it.each<[string, string]>([
    ['another one', OTHER],
    ['the vector for an invalid one', 'v1,dawfeoifkpqwoekfpqoekf'],
    ['a part of it', SIGNATURE.slice(0, 8)],
    ['nothing but the version', 'v1,'],
    ['the right one under another version', SIGNATURE.replace('v1', 'v2')],
    ['the right one without a version', SIGNATURE.slice(3)],
    ['the right one in upper case', SIGNATURE.replace('v1', 'V1')],
    ['another spelling of the same bytes', SIGNATURE.replace('OE=', 'OF=')],
    ['the right one without its padding', SIGNATURE.replace('=', '')],
    ['two, with a comma between them', `${OTHER}, ${SIGNATURE.slice(0, -1)}`],
  ])('%s is refused', (_, signatures) => {
    expect(refusal({ ...VECTOR, 'webhook-signature': signatures })).toBe(NO_MATCH);
  });

  it('made by the standardwebhooks package is verified, whatever the body is', () => {
    const key = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(key, fc.uuid(), fc.string({ unit: 'grapheme' }), fc.nat(), (bytes, id, body, seconds) => {
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1_000), body),
        };
        expect(refusal(headers, body, { secrets: secret, nowMs: seconds * 1_000 })).toBeUndefined();
      }),
    );
  });

  it('is verified with whichever secret the receiver has: the old one, the new one, or both', () => {
    const [old, next, other] = [secretOf(1), secretOf(2), secretOf(3)];
    const nowMs = SECONDS * 1_000;
    const takes = (by: readonly string[], secrets: string[]) =>
      refusal(signedHeaders(by, ID, BODY, SECONDS), BODY, { secrets, nowMs }) === undefined;
    for (const secrets of [[old], [next], [old, next], [next, old]]) {
      expect(takes([next, old], secrets)).toBe(true);
      expect(takes([old], secrets)).toBe(secrets.includes(old));
      expect(takes([next], secrets)).toBe(secrets.includes(next));
      expect(takes([other], secrets)).toBe(false);
    }
  });
});

describe('what has changed in one byte is refused:', () => {
  const timely = { nowMs: SECONDS * 1_000 };
  const changed = (text: string) =>
    fc.tuple(fc.nat(Buffer.byteLength(text) - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return bytes;
    });

  it('the body', () => {
    fc.assert(
      fc.property(changed(BODY), (body) => {
        expect(refusal(VECTOR, body, timely)).toBe(NO_MATCH);
      }),
    );
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('%s', (name) => {
    fc.assert(
      fc.property(changed(VECTOR[name] as string), (value) => {
        expect(refusal({ ...VECTOR, [name]: value.toString('latin1') }, BODY, timely)).toBeDefined();
      }),
    );
  });

  it('the length of the body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (more) => {
        expect(refusal(VECTOR, Buffer.concat([Buffer.from(BODY), more]))).toBe(NO_MATCH);
        expect(refusal(VECTOR, Buffer.from(BODY).subarray(Math.min(more.length, BODY.length)))).toBe(
          NO_MATCH,
        );
      }),
    );
  });
});

describe('a timestamp', () => {
  it.each([
    [-300_999, 'webhook-timestamp is 301 s ahead: is a clock wrong?'],
    [-300_001, 'webhook-timestamp is 301 s ahead: is a clock wrong?'],
    [-300_000, undefined],
    [0, undefined],
    [300_999, undefined],
    [301_000, 'webhook-timestamp is 301 s old: is a clock wrong?'],
    [86_400_000, 'webhook-timestamp is 86400 s old: is a clock wrong?'],
  ])('that is %i ms old: %s', (ageMs, expected) => {
    expect(refusal(VECTOR, BODY, { nowMs: SECONDS * 1_000 + ageMs })).toBe(expected);
  });

  it.each(['-1614265330', '1614265330.0', '1.6e9', '0x60379f72', ' 1614265330', '١٦١٤٢٦٥٣٣٠', 'hello'])(
    '%j is none',
    (timestamp) => {
      const headers = { ...VECTOR, 'webhook-timestamp': timestamp };
      expect(refusal(headers)).toBe('webhook-timestamp is no whole number');
    },
  );
});

describe('headers', () => {
  const names = Object.keys(VECTOR);

  it.each(
    names.flatMap((name) => [undefined, '', [VECTOR[name]], [], 5, null].map((value) => [name, value])),
  )('%s: %j is missing', (name, value) => {
    expect(refusal({ ...VECTOR, [String(name)]: value })).toBe(`${String(name)} is missing`);
  });

  it.each([
    ['webhook-id', 256],
    ['webhook-timestamp', 15],
    ['webhook-signature', 4_096],
  ])('%s is at most %i characters long', (name, max) => {
    const long = VECTOR[name] as string;
    expect(refusal({ ...VECTOR, [name]: long.padEnd(max, '0') })).not.toBe(`${name} is too long`);
    expect(refusal({ ...VECTOR, [name]: long.padEnd(max + 1, '0') })).toBe(`${name} is too long`);
  });

  it('are looked at before the body is there', () => {
    const verifier = new Verifier(signingKeys(SECRET), { wallMs: () => SECONDS * 1_000 + 301_000 });
    expect(() => verifier.claimIn((name) => VECTOR[name])).toThrow(UnverifiedError);
  });
});

it('the id that was signed is that of the cleanup', () => {
  const each = cleanup();
  const claim = { id: each.cleanupId, timestamp: '1', signatures: [] };
  expect(verifiedCleanup(claim, each)).toBe(each);
  expect(() => verifiedCleanup({ ...claim, id: `${each.cleanupId}.1` }, each)).toThrow(UnverifiedError);
});

describe('secrets', () => {
  it('are a list, or one text with commas', () => {
    const both = [secretOf(1), secretOf(2)];
    expect(signingKeys(both.join(','))).toEqual(signingKeys(both));
    expect(signingKeys(both.join(' , '))).toEqual(signingKeys(both));
    expect(signingKeys(SECRET).map((key) => key.byteLength)).toEqual([24]);
  });

  const NONE = 'secrets holds none: leave it out if callbacks are not signed';
  const flawed = (n: number) => `secrets: number ${n} is not whsec_ and 24 to 64 bytes in base64`;
  it.each<[string, string | readonly string[] | undefined, string]>([
    ['none', undefined, NONE],
    ['none', '', NONE],
    ['none', [], NONE],
    ['nine', Array.from({ length: 9 }, (_, i) => secretOf(i)), 'secrets holds 9; at most 8 can be in use'],
    ['one that is empty', [SECRET, ''], flawed(2)],
    ['a comma at the end', `${SECRET},`, flawed(2)],
    ['one without the prefix', SECRET.slice(6), flawed(1)],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`, flawed(1)],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`, flawed(1)],
    ['what is no base64', `${SECRET.slice(0, -1)}!`, flawed(1)],
    ['no padding', `whsec_${Buffer.alloc(25).toString('base64url')}`, flawed(1)],
  ])('%s: refused, and not shown', (_, secrets, message) => {
    expect(() => signingKeys(secrets)).toThrow(new RangeError(message));
  });
});

it('T5: headers of any kind are refused as unverified, and never as anything else', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((any) => `v1,${any}`),
    fc.base64String().map((any) => `${OTHER} v1,${any}`),
    fc.constantFrom('', '0', '-1', '1e9', 'NaN', 'v1,', '9'.repeat(400), `${SECONDS}.0`, ` ${ID}`),
  );
  const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constantFrom(undefined, null, 0, {}));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(VECTOR)), value, (name, hostile) => {
      expect(refusal({ ...VECTOR, [name]: hostile })).toBeTypeOf('string');
    }),
    { numRuns: 500, seed: 1 },
  );
});
