/** As many as a server signs with. */
const MAX_SECRETS = 8;

/** Of the specification: 192 to 512 bits. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

const PREFIX = 'whsec_';

/**
 * The keys in signing secrets of Standard Webhooks: a list, or one text with commas between, as the server's
 * LEASE_SIGNING_SECRETS. Throws RangeError for none (an unset variable must not let everybody in), for more than 8, and for
 * any that is not right; no part of a secret is shown.
 */
export function signingKeys(secrets: string | readonly string[] | undefined): readonly Buffer[] {
  const list = typeof secrets === 'string' ? secrets.split(',').map((each) => each.trim()) : (secrets ?? []);
  if (list.length === 0 || secrets === '') {
    throw new RangeError('secrets holds none: leave it out if callbacks are not signed');
  }
  if (list.length > MAX_SECRETS) {
    throw new RangeError(`secrets holds ${list.length}; at most ${MAX_SECRETS} can be in use`);
  }
  return list.map((secret, i) => keyIn(secret) ?? fail(i));
}

/** `undefined` for what no server would sign with. */
function keyIn(secret: string): Buffer | undefined {
  const base64 = secret.slice(PREFIX.length);
  const key = Buffer.from(base64, 'base64');
  const isExact = secret.startsWith(PREFIX) && key.toString('base64') === base64;
  return isExact && key.byteLength >= MIN_KEY_BYTES && key.byteLength <= MAX_KEY_BYTES ? key : undefined;
}

function fail(i: number): never {
  throw new RangeError(
    `secrets: number ${i + 1} is not ${PREFIX} and ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes in base64`,
  );
}
