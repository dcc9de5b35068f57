/** What an object's id may have, in bytes of UTF-8. */
const MAX_ID_BYTES = 2_048;

/**
 * What is escaped everywhere: the escape itself, and what ids may not hold (controls) or what makes an id look like another one
 * (bidi marks, invisible characters, line separators).
 */
const UNFIT = /[%\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const UNFIT_OR_SLASH = /[%/\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Parts of an id by their names, in order. */
type Parts = Readonly<Record<string, string>>;

/**
 * Parts joined by slashes, so that no two lists of parts give the same id: a slash within a part is `%2F`, and a percent sign
 * `%25`. With `tail` the last part keeps its slashes, since all before it are fixed in number.
 * Throws TypeError for an empty or ill-formed part, RangeError for an id of more than 2,048 bytes.
 */
export function joinParts(parts: Parts, tail: 'tail' | 'no tail'): string {
  const entries = Object.entries(parts);
  const id = entries
    .map(([name, part], i) => {
      if (typeof part !== 'string' || part === '') throw new TypeError(`${name} must be a non-empty string`);
      if (/\p{Surrogate}/u.test(part)) throw new TypeError(`${name} must be well-formed Unicode`);
      const unfit = tail === 'tail' && i === entries.length - 1 ? UNFIT : UNFIT_OR_SLASH;
      return part.replace(unfit, encodeURIComponent);
    })
    .join('/');
  const bytes = new TextEncoder().encode(id).byteLength;
  if (bytes > MAX_ID_BYTES) {
    throw new RangeError(`an object id has at most ${MAX_ID_BYTES} bytes, this one has ${bytes}`);
  }
  return id;
}

/**
 * The inverse of {@link joinParts} for as many names as the id has parts; `undefined` if no parts give this id. Only the one
 * spelling is accepted, so that two different ids never name the same thing.
 */
export function splitParts<Name extends string>(
  id: string,
  names: readonly Name[],
  tail: 'tail' | 'no tail',
): Record<Name, string> | undefined {
  const segments = id.split('/');
  if (tail === 'tail') segments.push(segments.splice(names.length - 1).join('/'));
  if (segments.length !== names.length) return undefined;
  try {
    const entries = names.map((name, i) => [name, decodeURIComponent(segments[i] ?? '')]);
    const parts = Object.fromEntries(entries) as Record<Name, string>;
    return joinParts(parts, tail) === id ? parts : undefined;
  } catch {
    // A stray percent sign, bytes that are no UTF-8, an empty part: no parts give this id.
    return undefined;
  }
}
