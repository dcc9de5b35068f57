import type { CleanupSpec, Metadata } from '@lease/core';
import type { OwnedCleanup } from '@lease/core/serial-store';

type Entries = readonly (readonly [string, string])[];

/** Metadata as entries: an object would lose the order of the keys, and `__proto__`. Null: none. */
export function writeMetadata(metadata: Metadata): string | null {
  return metadata.size === 0 ? null : JSON.stringify([...metadata]);
}

export function readMetadata(text: string | null): Metadata {
  return new Map(text === null ? [] : (JSON.parse(text) as Entries));
}

/** A cleanup with its two maps as entries. */
export function writeCleanup(cleanup: OwnedCleanup): string {
  return JSON.stringify(cleanup, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

export function readCleanup(text: string): OwnedCleanup {
  const raw = JSON.parse(text) as Omit<OwnedCleanup, 'metadata'> & { metadata: Entries };
  return { ...raw, spec: readSpec(raw.spec), metadata: new Map(raw.metadata) };
}

function readSpec(spec: CleanupSpec): CleanupSpec {
  const { target } = spec;
  if (target.kind !== 'http') return spec;
  return { ...spec, target: { ...target, headers: new Map(target.headers) } };
}
