import type { HttpTarget } from '../cleanup/cleanup-spec.js';
import { cleanDetail } from '../collector/clean-detail.js';

/** Shorter ones keep nothing from anybody, and would tear words like `json` out of answers. */
const MIN_SECRET_CHARS = 8;
const CONCEALED = '...';

/**
 * What an endpoint says, without what it was sent in confidence: frameworks in debug mode, and proxies, repeat the request in
 * their error pages, and what an attempt leaves behind is logged and listed. Concealed are the target's headers and its URL's
 * query, as they are and decoded. `text` must be clean, and may be the beginning of an answer.
 */
export function conceal(text: string, target: HttpTarget): string {
  let concealed = text;
  for (const secret of secretsOf(target)) {
    concealed = concealed.replaceAll(secret, CONCEALED);
    concealed = withoutBeginning(concealed, secret);
  }
  return concealed;
}

/** The longest first: one may be part of another. */
function secretsOf({ url, headers }: HttpTarget): readonly string[] {
  const { search, searchParams } = new URL(url);
  const sent = [...headers.values(), search.slice(1), ...searchParams.values()];
  // `Bearer x` may come back as `x`.
  const parts = sent.flatMap((value) => [value, ...value.split(/[\s&=]+/)]);
  const secrets = parts.map(cleanDetail).filter((part) => part.length >= MIN_SECRET_CHARS);
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

/** An answer is cut somewhere, and that may be in the middle of a secret. */
function withoutBeginning(text: string, secret: string): string {
  for (let length = Math.min(secret.length - 1, text.length); length >= MIN_SECRET_CHARS; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + CONCEALED;
  return text;
}
