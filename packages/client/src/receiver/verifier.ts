import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../runtime.js';
import type { Cleanup } from './cleanup.js';

/** A callback that nobody who knows a secret sent, or not just now. The message says which, and may be answered. */
export class UnverifiedError extends Error {
  override readonly name = 'UnverifiedError';
}

/** What the headers of a callback claim. */
export interface Claim {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

/** Of the specification's libraries. Either way, by the receiver's clock. */
const TOLERANCE_S = 5 * 60;

const MAX_ID_CHARS = 256;

/** Ours take 48 a secret. Others, such as `v1a`, may stand between them. */
const MAX_SIGNATURES_CHARS = 4_096;

/** Verifies signatures of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, version 1.0.0). */
export class Verifier {
  readonly #keys: readonly Buffer[];
  readonly #clock: Pick<Clock, 'wallMs'>;

  constructor(keys: readonly Buffer[], clock: Pick<Clock, 'wallMs'>) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * What can be told without the body, so that it need not be read for what is refused anyway: throws
   * {@link UnverifiedError} for headers that are missing or none, and for a timestamp that is more than 5 min off.
   */
  claimIn(header: (name: string) => unknown): Claim {
    const id = text(header, 'webhook-id', MAX_ID_CHARS);
    const timestamp = text(header, 'webhook-timestamp', 15);
    const signatures = text(header, 'webhook-signature', MAX_SIGNATURES_CHARS).split(' ');
    if (!/^[0-9]+$/.test(timestamp)) throw new UnverifiedError('webhook-timestamp is no whole number');
    const behindS = Math.floor(this.#clock.wallMs() / 1_000) - Number(timestamp);
    if (Math.abs(behindS) > TOLERANCE_S) {
      throw new UnverifiedError(
        `webhook-timestamp is ${Math.abs(behindS)} s ${behindS > 0 ? 'old' : 'ahead'}: is a clock wrong?`,
      );
    }
    return { id, timestamp, signatures };
  }

  /** Throws {@link UnverifiedError} unless one of the signatures was made with one of the secrets, over these very bytes. */
  verify({ id, timestamp, signatures }: Claim, body: Uint8Array): void {
    const expected = this.#keys.map((key) => {
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return Buffer.from(`v1,${hmac.digest('base64')}`);
    });
    // Compared as text: base64 has several spellings of the same bytes, and only one of them was sent by us.
    const given = signatures.map((signature) => Buffer.from(signature));
    if (!given.some((each) => expected.some((signature) => equal(each, signature)))) {
      throw new UnverifiedError('no signature matches: do both sides have the same secret?');
    }
  }
}

/**
 * The cleanup in a body that was verified. Throws {@link UnverifiedError} if it is not the one that the headers name: the
 * secret then serves another purpose as well, or the full stops of what was signed were shifted.
 */
export function verifiedCleanup({ id }: Claim, cleanup: Cleanup): Cleanup {
  if (cleanup.cleanupId === id) return cleanup;
  throw new UnverifiedError('webhook-id is not the cleanup_id');
}

/** Takes as long whatever differs; that lengths do is no secret. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function text(header: (name: string) => unknown, name: string, maxChars: number): string {
  const value = header(name);
  if (typeof value !== 'string' || value === '') throw new UnverifiedError(`${name} is missing`);
  if (value.length > maxChars) throw new UnverifiedError(`${name} is too long`);
  return value;
}
