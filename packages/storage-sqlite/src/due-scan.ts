import type { ClaimCleanups, Instant } from '@lease/core';
import type { Database, Statement } from 'libsql';

/** At most so many endpoints are looked at in one call; the next call goes on from there. */
const MAX_ENDPOINTS = 1_000;

/** Up to so many due objects are read to learn which endpoints have any; beyond it the endpoints are scanned. */
const FEW = 256;

/**
 * Finds due objects, round robin over their endpoints, from where the last call stopped. While little is due, that tells
 * the endpoints, however many more are in backoff (5,000 of them took 50 scans, half a second). When much is due, a skip
 * scan over the index (endpoint, due_at) finds them, however long their backlogs are.
 */
export class DueScan {
  readonly #earliest: Statement;
  readonly #few: Statement;
  readonly #nextEndpoint: Statement;
  readonly #ofEndpoint: Statement;
  /** The endpoint that was served last. */
  #cursor = '';

  constructor(database: Database) {
    this.#earliest = database.prepare('select min(due_at) from object where due_at is not null').raw();
    this.#few = database
      .prepare('select endpoint from object where due_at is not null and due_at <= ? limit ?')
      .raw();
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
    const due = (this.#few.all(now, FEW + 1) as [string][]).map(([endpoint]) => endpoint);
    const busy = new Set(claim.busyEndpoints);
    const queues: string[][] = [];
    for (const endpoint of due.length > FEW ? this.#scan() : this.#inTurn(due)) {
      if (queues.length === claim.limit) break;
      this.#cursor = endpoint;
      if (busy.has(endpoint)) continue;
      const keys = this.#dueAt(endpoint, now, Math.min(claim.perEndpointLimit, claim.limit));
      if (keys.length > 0) queues.push(keys);
    }
    return roundRobin(queues, claim.limit);
  }

  /** These endpoints, each once, beginning after the one that was served last. */
  #inTurn(endpoints: readonly string[]): readonly string[] {
    const sorted = [...new Set(endpoints)].sort();
    const isAhead = (endpoint: string) => endpoint > this.#cursor;
    return [...sorted.filter(isAhead), ...sorted.filter((endpoint) => !isAhead(endpoint))];
  }

  /** Endpoints with pending objects, beginning after the one that was served last, once around. */
  *#scan(): Generator<string> {
    const start = this.#cursor;
    let cursor = start;
    let wrapped = false;
    for (let visits = 0; visits < MAX_ENDPOINTS; visits += 1) {
      const endpoint = this.#endpointAfter(cursor);
      if (endpoint === undefined && !wrapped) {
        wrapped = true;
        cursor = '';
        continue;
      }
      if (endpoint === undefined || (wrapped && endpoint > start)) return;
      cursor = endpoint;
      yield endpoint;
    }
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
