import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { decodeBase64url, encodeBase64url } from './base64url.js';

/** First byte of every token; a later layout takes another one. */
const VERSION = 1;
const UTF8 = new TextEncoder();
const CHECK_BYTES = 8;
/** A cursor has 256 characters at most, three bytes each. */
const MAX_TOKEN_CHARS = 1_100;

/**
 * A store's cursor as callers see it: version, checksum, cursor. The checksum covers the scope (what is listed, and by
 * which filter), so a token that was cut, changed or taken from another listing does not open. It is no signature: a
 * forged token shows its forger nothing that a listing with the same filter would not.
 */
export function sealCursor(scope: string, cursor: string): string {
  return encodeBase64url(concatBytes(Uint8Array.of(VERSION), checksum(scope, cursor), UTF8.encode(cursor)));
}

/** The cursor within; `undefined` if the token is not one that {@link sealCursor} made for this scope. */
export function openCursor(scope: string, token: unknown): string | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_CHARS) return undefined;
  const bytes = decodeBase64url(token);
  if (bytes?.[0] !== VERSION) return undefined;
  const cursor = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(1 + CHECK_BYTES));
  // Sealed again rather than compared in parts: so every bit of the token counts, base64's spare ones, too.
  return sealCursor(scope, cursor) === token ? cursor : undefined;
}

function checksum(scope: string, cursor: string): Uint8Array {
  return sha256(UTF8.encode(JSON.stringify([scope, cursor]))).subarray(0, CHECK_BYTES);
}
