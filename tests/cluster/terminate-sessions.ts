import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import type { Cluster } from './cluster.js';

/** Between two terminations: a few calls of each replica. */
const PAUSE_MS = 20;

/** F5: ends random sessions of the replicas, one at a time, so that each finds the pools in another state. */
export async function terminateSessions(
  cluster: Cluster,
  terminations: number,
  progress: (line: string) => void,
): Promise<void> {
  const sql = postgres(cluster.postgres.url, { max: 1, connection: { application_name: 'terminator' } });
  try {
    let done = 0;
    while (done < terminations) {
      const killed = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like ${`replica-${cluster.schema}-%`} order by random() limit 1`;
      done += killed.length;
      if (killed.length > 0 && done % 100 === 0) progress(`${done} of ${terminations} sessions terminated`);
      await delay(PAUSE_MS);
    }
  } finally {
    await sql.end();
  }
}
