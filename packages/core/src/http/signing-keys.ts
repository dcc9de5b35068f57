/** More than a rotation needs. Each adds 48 bytes to every callback. */
const MAX_SECRETS = 8;

/** Of the specification: 192 to 512 bits. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

const PREFIX = 'whsec_';

/**
 * The keys in signing secrets of Standard Webhooks. Throws RangeError for none, for more than 8, and for any that is not
 * right: it tells all that is wrong, by place, and shows no part of a secret.
 */
export function signingKeys(secrets: readonly string[]): readonly Buffer[] {
  if (secrets.length === 0) throw new RangeError('there is no signing secret');
  if (secrets.length > MAX_SECRETS) {
    throw new RangeError(`there are ${secrets.length} signing secrets; at most ${MAX_SECRETS} can be in use`);
  }
  const keys = secrets.map(keyIn);
  const flaws = keys.flatMap((key, i) => {
    const flaw = flawOf(key) ?? flawAmong(keys, i);
    return flaw === undefined ? [] : [`signing secret ${i + 1} ${flaw}`];
  });
  if (flaws.length > 0) throw new RangeError(flaws.join('; '));
  return keys.filter((key) => key !== undefined);
}

/** `undefined` for what is not written as the specification has it. */
function keyIn(secret: string): Buffer | undefined {
  const base64 = secret.slice(PREFIX.length);
  const key = Buffer.from(base64, 'base64');
  // Node reads nearly anything as base64, and would sign with half of a secret that was pasted badly.
  return secret.startsWith(PREFIX) && key.toString('base64') === base64 ? key : undefined;
}

function flawOf(key: Buffer | undefined): string | undefined {
  if (key === undefined) return `is not ${PREFIX} and base64 with its padding`;
  if (key.byteLength >= MIN_KEY_BYTES && key.byteLength <= MAX_KEY_BYTES) return undefined;
  return `has ${key.byteLength} bytes, not ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES}`;
}

/** Whoever gives a secret twice believes to have rotated it. */
function flawAmong(keys: readonly (Buffer | undefined)[], i: number): string | undefined {
  const key = keys[i];
  const first = keys.findIndex((other) => key !== undefined && other?.equals(key) === true);
  return first >= 0 && first < i ? `is the same as ${first + 1}` : undefined;
}
