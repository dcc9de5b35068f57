import {
  type Disposition,
  type Instant,
  type LeaseState,
  type ListLeases,
  objectKey,
  parseObjectKey,
} from '@lease/core';
import type { Lane, LeaseRecord, Page } from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';
import { readMetadata, writeMetadata } from './json.js';

const COLUMNS = `lease_id, object_key, service_id, request_hash, generation, ttl_ms, create_time, metadata, has_cleanup,
  revived, prior_attempts, state, expire_time, renew_time, renewal_count, end_time, disposition, check_at, lane`;

type Row = readonly [
  leaseId: string,
  objectKey: string,
  serviceId: string,
  requestHash: string,
  generation: number,
  ttlMs: number,
  createTime: number,
  metadata: string | null,
  hasCleanup: number,
  revived: number,
  priorAttempts: number,
  state: LeaseState,
  expireTime: number,
  renewTime: number,
  renewalCount: number,
  endTime: number | null,
  disposition: Disposition | null,
  checkAt: number,
  lane: Lane,
];

type ListedRow = readonly [...Row, seq: number];

/**
 * At most so many leases are looked at for one page, so that a filter that matches little cannot stall the process: among
 * a million leases, SQLite took 160 ms to find none with `state = 'EXPIRED'`, and 390 ms for an object type.
 */
const MAX_VISITS = 10_000;

/** All leases. */
export class LeaseTable {
  readonly #database: Database;
  readonly #get: Statement;
  readonly #insert: Statement;
  readonly #renew: Statement;
  readonly #check: Statement;
  readonly #end: Statement;
  readonly #overdue: Statement;
  readonly #earliest: Statement;
  readonly #prune: Statement;
  /** For listings: their filters vary. */
  readonly #prepared = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
    this.#get = database.prepare(`select ${COLUMNS} from lease where lease_id = ?`).raw();
    this.#insert = database.prepare(
      `insert into lease (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#renew = database.prepare(
      'update lease set expire_time = ?, renew_time = ?, renewal_count = ? where lease_id = ?',
    );
    this.#check = database.prepare('update lease set check_at = ?, lane = ? where lease_id = ?');
    this.#end = database.prepare(
      'update lease set state = ?, end_time = ?, disposition = ? where lease_id = ?',
    );
    this.#overdue = database
      .prepare(
        `select ${COLUMNS} from lease where state = 'ACTIVE' and lane = ? and check_at <= ?
         order by check_at limit ?`,
      )
      .raw();
    this.#earliest = database
      .prepare(`select min(check_at) from lease where state = 'ACTIVE' and lane = ?`)
      .raw();
    this.#prune = database.prepare(
      `delete from lease where seq in
         (select seq from lease where end_time is not null and end_time < ? order by end_time limit ?)`,
    );
  }

  get(leaseId: string): LeaseRecord | undefined {
    const row = this.#get.get(leaseId) as Row | undefined;
    return row && record(row);
  }

  insert(lease: LeaseRecord): void {
    this.#insert.run(
      lease.leaseId,
      objectKey(lease.object),
      lease.serviceId,
      lease.requestHash,
      lease.generation,
      lease.ttlMs,
      lease.createTime,
      writeMetadata(lease.metadata),
      Number(lease.hasCleanup),
      Number(lease.revived),
      lease.priorAttempts,
      lease.state,
      lease.expireTime,
      lease.renewTime,
      lease.renewalCount,
      lease.endTime ?? null,
      lease.disposition ?? null,
      lease.checkAt,
      lease.lane,
    );
  }

  saveRenewal(lease: LeaseRecord): void {
    this.#renew.run(lease.expireTime, lease.renewTime, lease.renewalCount, lease.leaseId);
  }

  saveCheck(lease: LeaseRecord): void {
    this.#check.run(lease.checkAt, lease.lane, lease.leaseId);
  }

  saveEnd(lease: LeaseRecord): void {
    this.#end.run(lease.state, lease.endTime, lease.disposition ?? null, lease.leaseId);
  }

  takeOverdue(lanes: readonly Lane[], before: Instant, limit: number): readonly LeaseRecord[] {
    const rows = lanes.flatMap((lane) => this.#overdue.all(lane, before, limit) as Row[]);
    const leases = rows.map(record);
    if (lanes.length > 1) leases.sort((a, b) => a.checkAt - b.checkAt);
    return leases.slice(0, limit);
  }

  earliestCheck(lanes: readonly Lane[]): Instant | undefined {
    const earliest = lanes.map((lane) => (this.#earliest.get(lane) as [number | null])[0] ?? Infinity);
    const first = Math.min(...earliest);
    return first === Infinity ? undefined : first;
  }

  page(query: ListLeases): Page<LeaseRecord> {
    const after = query.cursor === undefined ? 0 : Number(query.cursor);
    const { index, rest } = conditions(query);
    const values = [...index.values, after];
    const visited = this.#statement('seq', index.where, 'limit 1 offset ?').get(...values, MAX_VISITS - 1) as
      [number] | undefined;
    const end = visited?.[0] ?? Number.MAX_SAFE_INTEGER;
    const where = [index.where, 'seq <= ?', ...rest.map((condition) => condition.where)].join(' and ');
    values.push(end, ...rest.flatMap((condition) => condition.values));
    const listed = this.#statement(`${COLUMNS}, seq`, where, 'limit ?').all(...values, query.limit);
    const rows = (listed as Row[]).map(record);
    const last = rows.length === query.limit ? (listed.at(-1) as ListedRow).at(-1) : visited?.[0];
    return { rows, ...(last !== undefined && { nextCursor: String(last) }) };
  }

  prune(endedBefore: Instant, limit: number): number {
    return this.#prune.run(endedBefore, limit).changes;
  }

  /** One per combination of filters: a dozen. */
  #statement(columns: string, where: string, limit: string): Statement {
    const sql = `select ${columns} from lease where ${where} order by seq ${limit}`;
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql).raw();
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

interface Condition {
  readonly where: string;
  readonly values: readonly (string | number)[];
}

/** What one index finds in the order of `seq`, and what remains to be told row by row. The plus keeps indexes out. */
function conditions(query: ListLeases): { index: Condition; rest: readonly Condition[] } {
  const { serviceId, objectType, objectId, state } = query;
  const rest: Condition[] = [];
  if (state !== undefined) rest.push({ where: '+state = ?', values: [state] });
  if (objectType !== undefined && objectId === undefined) {
    // Keys of one type are a range: '0' is the character after '/'.
    const values = [`${objectType}/`, `${objectType}0`];
    rest.push({ where: '+object_key >= ? and +object_key < ?', values });
  }
  if (objectType !== undefined && objectId !== undefined) {
    if (serviceId !== undefined) rest.push({ where: '+service_id = ?', values: [serviceId] });
    const values = [objectKey({ type: objectType, id: objectId })];
    return { index: { where: 'object_key = ? and seq > ?', values }, rest };
  }
  if (serviceId === undefined) return { index: { where: 'seq > ?', values: [] }, rest };
  return { index: { where: 'service_id = ? and seq > ?', values: [serviceId] }, rest };
}

function record(row: Row | ListedRow): LeaseRecord {
  return {
    leaseId: row[0],
    object: parseObjectKey(row[1]),
    serviceId: row[2],
    requestHash: row[3],
    generation: row[4],
    ttlMs: row[5],
    createTime: row[6],
    metadata: readMetadata(row[7]),
    hasCleanup: row[8] === 1,
    revived: row[9] === 1,
    priorAttempts: row[10],
    state: row[11],
    expireTime: row[12],
    renewTime: row[13],
    renewalCount: row[14],
    endTime: row[15] ?? undefined,
    disposition: row[16] ?? undefined,
    checkAt: row[17],
    lane: row[18],
  };
}
