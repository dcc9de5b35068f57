import type { ClaimCleanups, Instant } from '@lease/core';
import type { Database, Statement } from 'libsql';

/** At most so many endpoints are looked at in one call; the next call goes on from there. */
const MAX_ENDPOINTS = 1_000;

/**
 * Finds due objects, round robin over their endpoints: a skip scan over the index (endpoint, due_at), which goes on
 * where the last one stopped. Neither a long backlog nor many endpoints in backoff make it long.
 */
export class DueScan {
  readonly #earliest: Statement;
  readonly #nextEndpoint: Statement;
  readonly #ofEndpoint: Statement;
  /** The endpoint that was served last. */
  #cursor = '';

  constructor(database: Database) {
    this.#earliest = database.prepare('select min(due_at) from object where due_at is not null').raw();
    this.#nextEndpoint = database
      .prepare('select min(endpoint) from object where due_at is not null and endpoint > ?')
      .raw();
    this.#ofEndpoint = database
      .prepare(
        `select object_key from object where due_at is not null and endpoint = ? and due_at <= ?
         order by due_at limit ?`,
      )
      .raw();
  }

  /** The earliest due time of all. */
  earliest(): Instant | undefined {
    return (this.#earliest.get() as [number | null])[0] ?? undefined;
  }

  /** See `SerialTables.takeDue`; answers with the keys of the objects. */
  take(now: Instant, claim: ClaimCleanups): readonly string[] {
    if ((this.earliest() ?? Infinity) > now) return [];
    const busy = new Set(claim.busyEndpoints);
    const queues: string[][] = [];
    const start = this.#cursor;
    let wrapped = false;
    for (let visits = 0; visits < MAX_ENDPOINTS && queues.length < claim.limit; visits += 1) {
      const endpoint = this.#endpointAfter(this.#cursor);
      if (endpoint === undefined && !wrapped) {
        wrapped = true;
        this.#cursor = '';
        continue;
      }
      if (endpoint === undefined || (wrapped && endpoint > start)) break;
      this.#cursor = endpoint;
      if (busy.has(endpoint)) continue;
      const keys = this.#dueAt(endpoint, now, Math.min(claim.perEndpointLimit, claim.limit));
      if (keys.length > 0) queues.push(keys);
    }
    return roundRobin(queues, claim.limit);
  }

  #endpointAfter(cursor: string): string | undefined {
    return (this.#nextEndpoint.get(cursor) as [string | null])[0] ?? undefined;
  }

  #dueAt(endpoint: string, now: Instant, limit: number): string[] {
    return (this.#ofEndpoint.all(endpoint, now, limit) as [string][]).map(([key]) => key);
  }
}

/** The first of each, then the second of each, and so on. */
function roundRobin(queues: readonly (readonly string[])[], limit: number): string[] {
  const keys: string[] = [];
  for (let round = 0; keys.length < limit; round += 1) {
    const before = keys.length;
    for (const queue of queues) {
      const key = queue[round];
      if (key !== undefined && keys.length < limit) keys.push(key);
    }
    if (keys.length === before) break;
  }
  return keys;
}
