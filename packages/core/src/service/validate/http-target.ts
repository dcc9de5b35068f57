import type { HttpTarget } from '../../cleanup/cleanup-spec.js';
import { LIMITS } from '../limits.js';
import { echo } from './echo.js';
import { checkHeaders } from './headers.js';
import { flawOf, type TextRule } from './text.js';
import type { Violations } from './violations.js';

const URL_TEXT: TextRule = { minBytes: 1, maxBytes: LIMITS.urlBytes, controls: 'none' };
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const AUTHORITY = /^https?:\/\/([^/?#]+)/i;

export function checkHttpTarget(violations: Violations, target: HttpTarget): HttpTarget {
  return {
    kind: 'http',
    url: checkUrl(violations, target.url),
    headers: checkHeaders(violations, target.headers),
    notFoundIsDone: target.notFoundIsDone,
  };
}

/** The URL in the one spelling that is judged, hashed and called: lower-case punycode host, plain IPv4, no default port. */
function checkUrl(violations: Violations, url: unknown): string {
  const flaw = flawOf(url, URL_TEXT);
  const parsed = flaw === undefined ? parse(String(url)) : { flaw };
  if ('href' in parsed) return parsed.href;
  violations.add('cleanup.http.url', parsed.flaw);
  return '';
}

/**
 * Judges the URL by its spelling alone; where it leads is for the target policy. Stricter than the platform's parser,
 * which mends what it is given (`http:host`, `http:\\host`, spaces), each in a way that another parser may not share.
 * URLs hold secrets: no more than the scheme is echoed.
 */
function parse(url: string): { readonly href: string } | { readonly flaw: string } {
  const scheme = SCHEME.exec(url)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    return { flaw: `has the scheme ${echo(scheme)}: http and https are allowed` };
  }
  const authority = AUTHORITY.exec(url)?.[1];
  if (authority === undefined) return { flaw: 'is no absolute URL: http://host:port/path is needed' };
  if (authority.includes('@')) return { flaw: 'holds credentials: they belong into cleanup.http.headers' };
  if (/[ \\]/.test(url)) return { flaw: 'holds a space or a backslash: percent-encode it' };
  if (!URL.canParse(url)) return { flaw: 'has no valid host and port' };
  const { port, href } = new URL(url);
  if (port === '0') return { flaw: 'has port 0: 1 to 65535 are allowed' };
  // Percent-encoding makes it up to three times as long.
  return href.length > LIMITS.urlBytes
    ? { flaw: `is too long: at most ${LIMITS.urlBytes} bytes are allowed, percent-encoded` }
    : { href };
}
