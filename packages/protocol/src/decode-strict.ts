import { BinaryReader } from '@bufbuild/protobuf/wire';

/** What can decode a `T`; every generated message can. */
export interface Decodes<T> {
  decode(input: BinaryReader): T;
}

/**
 * A message, or why the bytes are none: `malformed` is a predicate of `field`, which is a path in the names of the
 * contract, empty if the bytes as a whole are bad.
 */
export type Decoded<T> = { readonly value: T } | { readonly malformed: string; readonly field: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Stands in for text that is no UTF-8. A lone surrogate: no decoder of UTF-8 ever produces it. */
const INVALID_TEXT = '\uD800';

/**
 * Decodes, and never throws: grpc-js answers INTERNAL when a deserializer does. The generated `decode` alone puts U+FFFD
 * where text is not UTF-8, so that two different ids become equal, and stops in silence at a stray end of group.
 */
export function decodeStrict<T>(type: Decodes<T>, bytes: Uint8Array): Decoded<T> {
  let invalidTexts = 0;
  const reader = new BinaryReader(bytes, (text) => {
    try {
      return utf8.decode(text);
    } catch {
      invalidTexts += 1;
      return INVALID_TEXT;
    }
  });
  let value: T;
  try {
    value = type.decode(reader);
  } catch (error) {
    return { malformed: `is no such message: ${error instanceof Error ? error.message : ''}`, field: '' };
  }
  if (reader.pos !== reader.len) return { malformed: 'is no such message: a stray end of group', field: '' };
  if (invalidTexts > 0) return { malformed: 'is not valid UTF-8', field: pathOfInvalidText(value) ?? '' };
  return { value };
}

/** Where {@link INVALID_TEXT} stands, in the names of the contract: `requests[3].cleanup.http.url`, `metadata["a"]`. */
function pathOfInvalidText(value: unknown): string | undefined {
  if (value === INVALID_TEXT) return '';
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [segment, child] of children(value)) {
    const path = pathOfInvalidText(child);
    if (path === undefined) continue;
    return path === '' || path.startsWith('[') ? segment + path : `${segment}.${path}`;
  }
  return undefined;
}

/** What stands in a value, each under its part of the path; a key that is itself invalid under none. */
function children(value: object): [string, unknown][] {
  if (Array.isArray(value)) return value.map((child: unknown, i) => [`[${i}]`, child]);
  if (value instanceof Map) {
    return [...(value as ReadonlyMap<string, unknown>)].map(([key, child]) =>
      key === INVALID_TEXT ? ['', key] : [`[${JSON.stringify(key.slice(0, 64))}]`, child],
    );
  }
  // A oneof shows on the wire under the name of the case that is set.
  return Object.entries(value).map(([name, child]: [string, unknown]) =>
    isCase(child) ? [snakeCase(child.$case), child.value] : [snakeCase(name), child],
  );
}

function isCase(value: unknown): value is { readonly $case: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && '$case' in value;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
