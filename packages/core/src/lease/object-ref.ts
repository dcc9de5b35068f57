/** What a lease is on: any object that a service created, named by its type and by an id within that type. */
export interface ObjectRef {
  /** `[a-z0-9][a-z0-9-]{0,62}`; see {@link WELL_KNOWN_OBJECT_TYPES}. */
  readonly type: string;
  /** 1 to 2,048 bytes of UTF-8 without control characters. Compared byte by byte. */
  readonly id: string;
}

/** Types that the client library has helpers for. Any other type is as good. */
export const WELL_KNOWN_OBJECT_TYPES = [
  'database-row',
  'blob',
  'temporary-file',
  'websocket-session',
  'cache-entry',
  'custom',
] as const;

type WellKnownType = (typeof WELL_KNOWN_OBJECT_TYPES)[number];

/** How leases are counted by the type of their object: any service may invent types, and no count may grow with them. */
export type TypeGroup = WellKnownType | 'other';

export const TYPE_GROUPS: readonly TypeGroup[] = [...WELL_KNOWN_OBJECT_TYPES, 'other'];

export function typeGroup(type: string): TypeGroup {
  return WELL_KNOWN_OBJECT_TYPES.find((known) => known === type) ?? 'other';
}

/** One string per object, usable as a map key: a type holds no slash. */
export function objectKey(object: ObjectRef): string {
  return `${object.type}/${object.id}`;
}

/** The inverse of {@link objectKey}. */
export function parseObjectKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return { type: key.slice(0, slash), id: key.slice(slash + 1) };
}
