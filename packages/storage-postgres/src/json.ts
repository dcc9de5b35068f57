import type { CleanupSpec, Metadata } from '@lease/core';

/** A map as jsonb holds it: an object there would lose the order of the keys, and here `__proto__`. */
type Entries = readonly (readonly [string, string])[];

/** Metadata as it is stored. Null: none. */
export type StoredMetadata = Entries | null;

/** A spec as it is stored: with its headers as entries. */
export type StoredSpec = Omit<CleanupSpec, 'target'> & {
  readonly target:
    | Exclude<CleanupSpec['target'], { readonly kind: 'http' }>
    | (Omit<Extract<CleanupSpec['target'], { readonly kind: 'http' }>, 'headers'> & {
        readonly headers: Entries;
      });
};

export function storedMetadata(metadata: Metadata): StoredMetadata {
  return metadata.size === 0 ? null : [...metadata];
}

export function readMetadata(stored: StoredMetadata): Metadata {
  return new Map(stored);
}

export function storedSpec(spec: CleanupSpec): StoredSpec {
  const { target } = spec;
  if (target.kind !== 'http') return { ...spec, target };
  return { ...spec, target: { ...target, headers: [...target.headers] } };
}

export function readSpec(stored: StoredSpec): CleanupSpec {
  const { target } = stored;
  if (target.kind !== 'http') return { ...stored, target };
  return { ...stored, target: { ...target, headers: new Map(target.headers) } };
}
