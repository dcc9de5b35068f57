import type { ClaimCleanups, Instant } from '@lease/core';
import type { Database, Statement } from 'libsql';

/**
 * So many endpoints are looked at in one call, and more only as long as none of them has work; the next call goes on from
 * there. With 1,000 alone, what was due behind 6,000 endpoints in backoff waited for six looks, longer than L1 allows.
 */
const ENOUGH_ENDPOINTS = 1_000;
const MAX_ENDPOINTS = 8_000;

/** Endpoints that one statement looks at: 8,000 take 10 ms in such strides, and 25 ms with a statement for each. */
const STRIDE = 100;

/** Up to so many due objects are read to learn which endpoints have any; beyond it the endpoints are scanned. */
const FEW = 256;

/** An endpoint that has due objects, or none and is the last of a stride; null: there are no further ones. */
type Visit = readonly [endpoint: string | null, isDue: 0 | 1];

/**
 * Finds due objects, round robin over their endpoints, from where the last call stopped. While little is due, that tells
 * the endpoints, however many more are in backoff (5,000 of them took 50 scans, half a second). When much is due, a skip
 * scan over the index (endpoint, due_at) finds them, however long their backlogs are.
 */
export class DueScan {
  readonly #earliest: Statement;
  readonly #few: Statement;
  readonly #stride: Statement;
  readonly #ofEndpoint: Statement;
  /** The endpoint that was looked at last. */
  #cursor = '';

  constructor(database: Database) {
    this.#earliest = database.prepare('select min(due_at) from object where due_at is not null').raw();
    this.#few = database
      .prepare('select endpoint from object where due_at is not null and due_at <= ? limit ?')
      .raw();
    this.#stride = database
      .prepare(
        `with recursive visit(endpoint, n) as (
           select (select min(endpoint) from object where due_at is not null and endpoint > ?), 1
           union all
           select (select min(endpoint) from object where due_at is not null and endpoint > visit.endpoint), n + 1
             from visit where endpoint is not null and n < ${STRIDE}
         )
         select endpoint, exists (select 1 from object
             where due_at is not null and endpoint = visit.endpoint and due_at <= ?) as is_due
           from visit where is_due or endpoint is null or n = ${STRIDE}`,
      )
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
    for (const endpoint of due.length > FEW ? this.#scan(now, busy) : this.#inTurn(due, busy)) {
      this.#cursor = endpoint;
      queues.push(this.#dueAt(endpoint, now, Math.min(claim.perEndpointLimit, claim.limit)));
      if (queues.length === claim.limit) break;
    }
    return roundRobin(queues, claim.limit);
  }

  /** Those of these endpoints that are not busy, each once, beginning after the one that was looked at last. */
  #inTurn(endpoints: readonly string[], busy: ReadonlySet<string>): readonly string[] {
    const sorted = [...new Set(endpoints)].filter((endpoint) => !busy.has(endpoint)).sort();
    const isAhead = (endpoint: string) => endpoint > this.#cursor;
    return [...sorted.filter(isAhead), ...sorted.filter((endpoint) => !isAhead(endpoint))];
  }

  /** Endpoints that are not busy and have work, beginning after the one that was looked at last, once around. */
  *#scan(now: Instant, busy: ReadonlySet<string>): Generator<string> {
    const start = this.#cursor;
    let from = start;
    let wrapped = false;
    let found = false;
    for (let visits = 0; visits < (found ? ENOUGH_ENDPOINTS : MAX_ENDPOINTS); visits += STRIDE) {
      for (const [endpoint, isDue] of this.#stride.all(from, now) as Visit[]) {
        if (wrapped && (endpoint === null || endpoint > start)) return;
        from = endpoint ?? '';
        wrapped ||= endpoint === null;
        if (endpoint === null) continue;
        this.#cursor = endpoint;
        if (isDue === 0 || busy.has(endpoint)) continue;
        found = true;
        yield endpoint;
      }
    }
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
