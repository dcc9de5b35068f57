import type { Cleanup, ListCleanups } from '@lease/core';
import {
  type CleanupRun,
  cleanupView,
  matchesPending,
  type ObjectState,
  type Page,
  type PendingOutline,
} from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';
import { filteredPage } from './filtered-page.js';

type Row = readonly [
  objectKey: string,
  state: ObjectState,
  generation: number,
  dueAt: number | null,
  endpoint: string,
  run: string,
  serviceId: string,
  leaseId: string,
];

/**
 * Pending cleanups in the order of their ids. Of the cleanup only the owner leaves the database: the spec holds secrets, and
 * up to 16 KiB. What was abandoned has an index of its own: among 20,000 due it was sought for 66 ms a page, now for 0.1.
 */
export class PendingList {
  readonly #all: Statement;
  readonly #abandoned: Statement;

  constructor(database: Database) {
    const select = (condition: string) =>
      database
        .prepare(
          `select object_key, state, generation, due_at, endpoint, run, cleanup ->> '$.serviceId', cleanup ->> '$.leaseId'
           from object where ${condition} and cleanup_id > ? order by cleanup_id limit ?`,
        )
        .raw();
    this.#all = select('cleanup_id is not null');
    this.#abandoned = select(`state = 'ABANDONED'`);
  }

  page(query: ListCleanups): Page<Cleanup> {
    const statement = query.state === 'ABANDONED' ? this.#abandoned : this.#all;
    const { rows, nextCursor } = filteredPage<PendingOutline, string>({
      query,
      startOf: (cursor) => cursor,
      read: (after, limit) => (statement.all(after, limit) as Row[]).map(outline),
      keyOf: ({ run }) => run.cleanupId,
      matches: (object) => matchesPending(object, query),
    });
    return {
      rows: rows.map((object) => cleanupView(object)),
      ...(nextCursor !== undefined && { nextCursor }),
    };
  }
}

function outline(row: Row): PendingOutline {
  const [objectKey, state, generation, dueAt, endpoint, run, serviceId, leaseId] = row;
  return {
    objectKey,
    state,
    active: 0,
    generation,
    dueAt: dueAt ?? undefined,
    cleanup: { serviceId, leaseId, endpoint },
    run: JSON.parse(run) as CleanupRun,
  };
}
