import { join } from 'node:path';
import Libsql from 'libsql';
import postgres from 'postgres';
import type { Home } from '../../helpers/home.js';

/** What a store keeps of an attempt that was made, and of its cleanup. */
export interface AttemptRecord {
  /** Null: the cleanup is over, and its object gone. */
  readonly objectKey: string | null;
  readonly abandonReason: string | null;
  readonly detail: string | null;
  readonly durationMs: number | null;
}

/** All attempts, once the servers have ended. Undefined: memory, of which nothing is left. */
export async function attemptRecords(home: Home): Promise<readonly AttemptRecord[] | undefined> {
  switch (home.storage) {
    case 'memory':
      return undefined;
    case 'sqlite': {
      const database = new Libsql(join(home.dataDir, 'lease.db'), { readonly: true });
      try {
        const reason = "json_extract(o.run, '$.abandonReason')";
        return database.prepare(query('', reason)).all() as AttemptRecord[];
      } finally {
        database.close();
      }
    }
    case 'postgres': {
      const sql = postgres(home.url, { max: 1 });
      try {
        return await sql.unsafe<AttemptRecord[]>(query(`"${home.schema}".`, 'o.abandon_reason'));
      } finally {
        await sql.end();
      }
    }
  }
}

function query(schema: string, reason: string): string {
  return `select o.object_key as "objectKey", ${reason} as "abandonReason", a.detail, a.duration_ms as "durationMs"
    from ${schema}attempt a left join ${schema}object o on o.cleanup_id = a.cleanup_id`;
}
