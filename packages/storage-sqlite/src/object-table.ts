import type { ClaimCleanups, Cleanup, Instant, ListCleanups } from '@lease/core';
import type { CleanupRun, ObjectRecord, ObjectState, Page } from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';
import { DueScan } from './due-scan.js';
import { readCleanup, writeCleanup } from './json.js';
import { PendingList } from './pending-list.js';

const COLUMNS = 'object_key, state, active, generation, due_at, cleanup, run';

type Row = readonly [
  objectKey: string,
  state: ObjectState,
  active: number,
  generation: number,
  dueAt: number | null,
  cleanup: string | null,
  run: string | null,
];

/** All objects. */
export class ObjectTable {
  readonly #get: Statement;
  readonly #byCleanup: Statement;
  readonly #insert: Statement;
  readonly #save: Statement;
  readonly #drop: Statement;
  readonly #pending: PendingList;
  readonly #due: DueScan;

  constructor(database: Database) {
    this.#get = database.prepare(`select ${COLUMNS} from object where object_key = ?`).raw();
    this.#byCleanup = database.prepare(`select ${COLUMNS} from object where cleanup_id = ?`).raw();
    this.#insert = database.prepare(
      `insert into object (${COLUMNS}, endpoint, cleanup_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#save = database.prepare(
      `update object set state = ?, active = ?, generation = ?, due_at = ?, cleanup = ?, run = ?, endpoint = ?,
         cleanup_id = ? where object_key = ?`,
    );
    this.#drop = database.prepare('delete from object where object_key = ?');
    this.#pending = new PendingList(database);
    this.#due = new DueScan(database);
  }

  get(objectKey: string): ObjectRecord | undefined {
    const row = this.#get.get(objectKey) as Row | undefined;
    return row && record(row);
  }

  ofCleanup(cleanupId: string): ObjectRecord | undefined {
    const row = this.#byCleanup.get(cleanupId) as Row | undefined;
    return row && record(row);
  }

  insert(object: ObjectRecord): void {
    const { objectKey, ...rest } = columns(object);
    this.#insert.run(
      objectKey,
      rest.state,
      rest.active,
      rest.generation,
      rest.dueAt,
      rest.cleanup,
      rest.run,
      rest.endpoint,
      rest.cleanupId,
    );
  }

  save(object: ObjectRecord): void {
    const row = columns(object);
    this.#save.run(
      row.state,
      row.active,
      row.generation,
      row.dueAt,
      row.cleanup,
      row.run,
      row.endpoint,
      row.cleanupId,
      row.objectKey,
    );
  }

  drop(object: ObjectRecord): void {
    this.#drop.run(object.objectKey);
  }

  takeDue(now: Instant, claim: ClaimCleanups): readonly ObjectRecord[] {
    const objects: ObjectRecord[] = [];
    for (const objectKey of this.#due.take(now, claim)) {
      const object = this.get(objectKey);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  earliestDue(): Instant | undefined {
    return this.#due.earliest();
  }

  page(query: ListCleanups): Page<Cleanup> {
    return this.#pending.page(query);
  }
}

function columns(object: ObjectRecord) {
  return {
    objectKey: object.objectKey,
    state: object.state,
    active: object.active,
    generation: object.generation,
    dueAt: object.dueAt ?? null,
    cleanup: object.cleanup === undefined ? null : writeCleanup(object.cleanup),
    run: object.run === undefined ? null : JSON.stringify(object.run),
    endpoint: object.cleanup?.endpoint ?? null,
    cleanupId: object.run?.cleanupId ?? null,
  };
}

function record(row: Row): ObjectRecord {
  return {
    objectKey: row[0],
    state: row[1],
    active: row[2],
    generation: row[3],
    dueAt: row[4] ?? undefined,
    cleanup: row[5] === null ? undefined : readCleanup(row[5]),
    run: row[6] === null ? undefined : (JSON.parse(row[6]) as CleanupRun),
  };
}
