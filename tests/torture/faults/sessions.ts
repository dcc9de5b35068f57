import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import type { Site, Station } from '../site.js';

/** Sessions that are terminated, and ways in which others are cut. */
const TERMINATIONS = 20;

const CUTS: readonly ((station: Station, bytes: number) => void)[] = [
  ({ toDatabase }) => toDatabase.reset(),
  // In the middle of a command, or of the answer to one: of a COMMIT, too.
  ({ toDatabase }, bytes) => toDatabase.cutNext('request', bytes),
  ({ toDatabase }, bytes) => toDatabase.cutNext('answer', bytes),
  ({ toDatabase }) => toDatabase.halfClose('request'),
  ({ toDatabase }) => toDatabase.halfClose('answer'),
  ({ toReplica }) => toReplica.reset(),
  ({ toReplica }, bytes) => toReplica.cutNext('request', bytes),
  ({ toReplica }, bytes) => toReplica.cutNext('answer', bytes),
];

/** F5: sessions end in whatever they are doing: by the database's hand, and by the network. */
export async function breakSessions(site: Site): Promise<void> {
  const { random, recorder, schema, stations } = site;
  await recorder.fault('F5', async () => {
    const sql = postgres(site.postgres.url, { max: 1, connection: { application_name: 'terminator' } });
    try {
      for (let done = 0; done < TERMINATIONS; done += 1) {
        const { count } = await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name like ${`replica-${schema}-%`} order by random() limit 1`;
        recorder.hit('F5: sessions terminated', count);
        await delay(random.next() * 40);
        randomItem(random, CUTS)(randomItem(random, stations), Math.floor(random.next() * 40));
        await delay(random.next() * 100);
      }
    } finally {
      await sql.end();
    }
  });
}
