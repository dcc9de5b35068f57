import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { callbackSigner } from '../../src/http/index.js';

/** A secret with a key of that many bytes. */
const secretOf = (bytes: number, fill = 7) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;

// The vector of the specification's reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const SECONDS = 1_614_265_330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const at = (ms: number) => ({ wallMs: () => ms });

describe('callbackSigner', () => {
  test('signs as the vector of the specification’s libraries has it', () => {
    const sign = callbackSigner({ secrets: [SECRET], clock: at(SECONDS * 1_000) });
    expect(sign(ID, Buffer.from(BODY))).toEqual({
      'webhook-id': ID,
      'webhook-timestamp': String(SECONDS),
      'webhook-signature': SIGNATURE,
    });
  });

  test('the timestamp is that of the signing, in whole seconds that have passed', () => {
    let nowMs = SECONDS * 1_000 + 999.9;
    const sign = callbackSigner({ secrets: [SECRET], clock: { wallMs: () => nowMs } });
    expect(sign(ID, Buffer.from(BODY))['webhook-signature']).toBe(SIGNATURE);
    nowMs += 61_000;
    expect(sign(ID, Buffer.from(BODY))['webhook-timestamp']).toBe(String(SECONDS + 61));
  });

  test('every secret signs, in their order', () => {
    const secrets = [secretOf(24), SECRET, secretOf(64)];
    const clock = at(SECONDS * 1_000);
    const signatures = callbackSigner({ secrets, clock })(ID, Buffer.from(BODY))['webhook-signature'];
    const alone = secrets.map(
      (secret) => callbackSigner({ secrets: [secret], clock })(ID, Buffer.from(BODY))['webhook-signature'],
    );
    expect(signatures.split(' ')).toEqual(alone);
    expect(alone[1]).toBe(SIGNATURE);
  });

  test('signs what the standardwebhooks package signs, whatever is sent', () => {
    const bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.uuid(), fc.string({ unit: 'grapheme' }), fc.nat(), (key, id, body, seconds) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        const sign = callbackSigner({ secrets: [secret], clock: at(seconds * 1_000) });
        const theirs = new Webhook(secret).sign(id, new Date(seconds * 1_000), body);
        expect(sign(id, Buffer.from(body))['webhook-signature']).toBe(theirs);
      }),
    );
  });
});

describe('secrets', () => {
  const refused = (secrets: readonly string[]) => {
    try {
      callbackSigner({ secrets });
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return (error as RangeError).message;
    }
    throw new Error('was not refused');
  };
  const UNREADABLE = 'is not whsec_ and base64 with its padding';

  test.each([24, 25, 26, 32, 63, 64])('of %i bytes are taken', (bytes) => {
    expect(() => callbackSigner({ secrets: [secretOf(bytes)] })).not.toThrow();
  });

  test.each<[string, string, string]>([
    ['of no text', '', UNREADABLE],
    ['without the prefix', SECRET.slice(6), UNREADABLE],
    ['with another prefix', SECRET.replace('whsec', 'WHSEC'), UNREADABLE],
    ['of an asymmetric scheme', `whsk_${SECRET.slice(6)}`, UNREADABLE],
    ['with the prefix alone', 'whsec_', 'has 0 bytes, not 24 to 64'],
    ['of 23 bytes', secretOf(23), 'has 23 bytes, not 24 to 64'],
    ['of 65 bytes', secretOf(65), 'has 65 bytes, not 24 to 64'],
    ['without the padding', secretOf(25).replaceAll('=', ''), UNREADABLE],
    ['in the alphabet of URLs', secretOf(24, 255).replaceAll('/', '_'), UNREADABLE],
    ['with a blank in it', `${SECRET.slice(0, 20)} ${SECRET.slice(20)}`, UNREADABLE],
    ['with a line break behind', `${SECRET}\n`, UNREADABLE],
    ['with spare bits', `${secretOf(25).slice(0, -3)}x==`, UNREADABLE],
  ])('%s are refused, and not shown', (_, secret, flaw) => {
    const message = refused([SECRET, secret]);
    expect(message).toBe(`signing secret 2 ${flaw}`);
    if (secret.length > 10) expect(message).not.toContain(secret.slice(6, 14));
  });

  test('every flaw is told', () => {
    const secrets = ['x', secretOf(24), secretOf(12), secretOf(24)];
    expect(refused(secrets).split('; ')).toEqual([
      `signing secret 1 ${UNREADABLE}`,
      'signing secret 3 has 12 bytes, not 24 to 64',
      'signing secret 4 is the same as 2',
    ]);
  });

  test('eight are taken, none and nine are not', () => {
    const secrets = Array.from({ length: 9 }, (_, i) => secretOf(32, i + 1));
    expect(() => callbackSigner({ secrets: secrets.slice(1) })).not.toThrow();
    expect(refused(secrets)).toBe('there are 9 signing secrets; at most 8 can be in use');
    expect(refused([])).toBe('there is no signing secret');
  });

  test('no text of a refused secret is ever in the message', () => {
    const secret = fc
      .string({ minLength: 8, unit: 'binary-ascii' })
      .filter((text) => !UNREADABLE.includes(text));
    fc.assert(
      fc.property(secret, (text) => {
        expect(refused([`${text}!`])).not.toContain(text);
      }),
    );
  });
});
