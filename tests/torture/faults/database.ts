import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import { eventually } from '../../helpers/eventually.js';
import type { Site } from '../site.js';

/** F4: a replica whose database does not answer says so after this long, on a busy machine. */
const NOT_READY_MS = 8_000;

/** F3: the database crashes, in one of two ways, and comes back after a while. */
export async function crashDatabase(site: Site): Promise<void> {
  const { random, recorder, postgres } = site;
  await recorder.fault('F3', async () => {
    await (random.next() < 0.5 ? postgres.kill() : postgres.stop('immediate'));
    await recorder.fault('F3', () => delay(1_000 + random.next() * 3_000), { total: true });
    await postgres.start();
    await site.answersAgain('F3');
  });
}

/** F4: the database stands still, its sessions stay open. Every replica says that it is not ready. */
export async function stopDatabase(site: Site): Promise<void> {
  const { random, recorder, postgres, replicas, violations } = site;
  await recorder.fault('F4', async () => {
    postgres.pause();
    try {
      await recorder.fault(
        'F4',
        async () => {
          await Promise.all(
            replicas.map(({ name, http }) =>
              eventually(
                async () => {
                  if ((await fetch(`${http}/readyz`)).ok) throw new Error(`${name} is ready`);
                },
                { deadlineMs: NOT_READY_MS },
              ).catch((error: unknown) => violations.push(`F4: without a database: ${String(error)}`)),
            ),
          );
          await delay(random.next() * 3_000);
        },
        { total: true },
      );
    } finally {
      postgres.resume();
    }
    await site.answersAgain('F4');
  });
}

/** F6: between one replica and the database there is a black hole, or it is far away. */
export async function cutOff(site: Site): Promise<void> {
  const { random, recorder, stations } = site;
  const { replica, toDatabase } = randomItem(random, stations);
  await recorder.fault(
    'F6',
    async () => {
      if (random.next() < 0.5) toDatabase.pause();
      else toDatabase.delay(200);
      await delay(3_000 + random.next() * 4_000);
      toDatabase.resume();
      toDatabase.delay(0);
      await site.answersAgain('F6');
    },
    { replicas: [replica.name] },
  );
}
