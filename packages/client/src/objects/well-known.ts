import type { ObjectRef } from '../lease.js';
import { joinParts, splitParts } from './id-parts.js';

/** A row of a table. `database` distinguishes tables of the same name, where there are such. */
export interface DatabaseRow {
  readonly database?: string;
  readonly table: string;
  /** The primary key as text. */
  readonly key: string;
}

/** `table/key` or `database/table/key`; a slash within a part is `%2F`. */
export function databaseRow({ database, table, key }: DatabaseRow): ObjectRef {
  const parts = database === undefined ? { table, key } : { database, table, key };
  return { type: 'database-row', id: joinParts(parts, 'no tail') };
}

/** The inverse of {@link databaseRow}. Throws TypeError for what is no row. */
export function parseDatabaseRow(object: ObjectRef): DatabaseRow {
  const id = idOf(object, 'database-row');
  const row =
    splitParts(id, ['table', 'key'], 'no tail') ?? splitParts(id, ['database', 'table', 'key'], 'no tail');
  return row ?? malformed(object);
}

/** An object in a blob store. */
export interface StoredBlob {
  readonly bucket: string;
  /** May hold slashes. */
  readonly key: string;
}

/** `bucket/key`; the key keeps its slashes. */
export function blob({ bucket, key }: StoredBlob): ObjectRef {
  return { type: 'blob', id: joinParts({ bucket, key }, 'tail') };
}

/** The inverse of {@link blob}. Throws TypeError for what is no blob. */
export function parseBlob(object: ObjectRef): StoredBlob {
  return splitParts(idOf(object, 'blob'), ['bucket', 'key'], 'tail') ?? malformed(object);
}

/** The path itself, as given: all who share the file must name it alike. */
export function temporaryFile(path: string): ObjectRef {
  return { type: 'temporary-file', id: joinParts({ path }, 'tail') };
}

/**
 * The path; the inverse of {@link temporaryFile}. Throws TypeError for what is no file. Anybody can lease any path: check that it
 * lies where you delete.
 */
export function parseTemporaryFile(object: ObjectRef): string {
  const parts = splitParts(idOf(object, 'temporary-file'), ['path'], 'tail');
  return (parts ?? malformed(object)).path;
}

/** A session of a client with one of several servers. */
export interface WebsocketSession {
  /** Who has the connection, and can close it. */
  readonly server: string;
  readonly session: string;
}

/** `server/session`; a slash within a part is `%2F`. */
export function websocketSession({ server, session }: WebsocketSession): ObjectRef {
  return { type: 'websocket-session', id: joinParts({ server, session }, 'no tail') };
}

/** The inverse of {@link websocketSession}. Throws TypeError for what is no session. */
export function parseWebsocketSession(object: ObjectRef): WebsocketSession {
  const id = idOf(object, 'websocket-session');
  return splitParts(id, ['server', 'session'], 'no tail') ?? malformed(object);
}

/** An entry of one of several caches. */
export interface CacheEntry {
  readonly cache: string;
  /** May hold slashes. */
  readonly key: string;
}

/** `cache/key`; the key keeps its slashes. */
export function cacheEntry({ cache, key }: CacheEntry): ObjectRef {
  return { type: 'cache-entry', id: joinParts({ cache, key }, 'tail') };
}

/** The inverse of {@link cacheEntry}. Throws TypeError for what is no entry. */
export function parseCacheEntry(object: ObjectRef): CacheEntry {
  return splitParts(idOf(object, 'cache-entry'), ['cache', 'key'], 'tail') ?? malformed(object);
}

/** Anything else, under the id as given. A type of your own (`{ type: 'upload', id }`) says more. */
export function custom(id: string): ObjectRef {
  return { type: 'custom', id: joinParts({ id }, 'tail') };
}

/** The id; the inverse of {@link custom}. Throws TypeError for another type. */
export function parseCustom(object: ObjectRef): string {
  return (splitParts(idOf(object, 'custom'), ['id'], 'tail') ?? malformed(object)).id;
}

function idOf(object: ObjectRef, type: string): string {
  return object.type === type ? object.id : malformed(object, type);
}

function malformed({ type, id }: ObjectRef, expected = type): never {
  throw new TypeError(`not the id of a ${expected}: ${type} ${id.slice(0, 64)}`);
}
