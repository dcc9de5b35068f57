import { LIMITS } from '../limits.js';
import { echo } from './echo.js';
import { checkEntries } from './entries.js';
import type { Violations } from './violations.js';

const FIELD = 'cleanup.http.headers';
/** RFC 9110's token. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** RFC 9110's field value, without its obsolete bytes and tabs; outer blanks would be lost on the way. */
const VALUE = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/**
 * What Lease says itself, and what is not the caller's to say: the last two lines belong to the connection, and an HTTP
 * client that is handed one of them hangs, throws, or sends something else.
 */
const RESERVED_PREFIXES = ['content-', 'lease-', 'webhook-'];
const RESERVED = new Set([
  'host',
  'traceparent',
  ...['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'expect'],
  ...['transfer-encoding', 'te', 'trailer'],
]);

/** Most cleanups have none, and an empty map of its own would cost each of them 180 bytes. */
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** A copy of the headers, their names in lower case. The values are secrets: none is echoed. */
export function checkHeaders(violations: Violations, headers: unknown): ReadonlyMap<string, string> {
  const checked = new Map<string, string>();
  for (const [given, value] of checkEntries(violations, FIELD, headers, LIMITS.headers)) {
    const name = typeof given === 'string' ? given.slice(0, LIMITS.headerNameBytes + 1).toLowerCase() : '';
    const flaw = nameFlaw(name) ?? (checked.has(name) ? 'is set twice' : valueFlaw(value));
    if (flaw !== undefined) violations.add(`${FIELD}[${echo(String(given))}]`, flaw);
    if (typeof value === 'string') checked.set(name, value);
  }
  return checked.size === 0 ? NO_HEADERS : checked;
}

function nameFlaw(name: string): string | undefined {
  if (name.length > LIMITS.headerNameBytes) {
    return `has a name that is too long: at most ${LIMITS.headerNameBytes} bytes are allowed`;
  }
  if (!NAME.test(name)) return 'has a name that is no HTTP header name';
  if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return 'is reserved: Lease or the connection sets it';
  }
  return undefined;
}

function valueFlaw(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'is no string';
  if (value.length > LIMITS.headerValueBytes) {
    return `is too long: at most ${LIMITS.headerValueBytes} bytes are allowed`;
  }
  return VALUE.test(value) ? undefined : 'holds more than visible ASCII and inner blanks';
}
