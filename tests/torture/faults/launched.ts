import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import type { Replica } from '../../cluster/replica.js';
import { Citizen } from '../citizen.js';
import { nowMs } from '../recorder.js';
import type { Site } from '../site.js';

const POINTS = [
  ...['before-claim', 'after-claim', 'after-connect', 'after-success', 'after-settle', 'after-create'],
] as const;

/** A replica that is busy comes to each of them within this. */
const POINT_MS = 30_000;

const DAY_MS = 86_400_000;

const preload = (file: string) => `--import ${new URL(file, import.meta.url).href}`;

/** F2: one replica ends at a failpoint, soon after it began, and then at another one. */
export async function failAtPoints(site: Site): Promise<void> {
  const { random, recorder, replicas } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault('F2', async () => {
    await victim.kill();
    for (const point of [randomItem(random, POINTS), randomItem(random, POINTS)]) {
      const env = { TORTURE_FAILPOINT: point, TORTURE_HITS: `${Math.floor(random.next() * 5)}` };
      // It may end before it is ready.
      await victim.start({ nodeOptions: preload('failpoints.mjs'), env }).catch(() => undefined);
      const end = victim.end();
      await keepBusy(site, victim, point);
      const { code } = await end;
      if (code !== 70) throw new Error(`${victim.name} ended with ${code} instead of at ${point}`);
    }
    await victim.start();
  });
}

/** Clients stay where they were answered last: whoever has just begun is left alone, unless somebody asks it. */
async function keepBusy({ recorder, endpoint }: Site, replica: Replica, point: string): Promise<void> {
  const client = new LeaseClient({ address: replica.grpc, serviceId: 'busybody', timeoutMs: 2_000 });
  const citizen = new Citizen(client, recorder, { http: { url: endpoint.url } });
  const giveUpMs = performance.now() + POINT_MS;
  while (replica.running) {
    if (performance.now() > giveUpMs) throw new Error(`${replica.name} does not come to ${point}`);
    const claim = citizen.draw({ type: 'busy', id: `${recorder.operations.length}` }, 1_000);
    await citizen.create(claim);
    await citizen.release(claim);
  }
  client.close();
}

/** F8: the clock of a replica is wrong by up to a day and steps; the store's clock leaps ahead, and is set back. */
export async function stepClocks(site: Site): Promise<void> {
  const { random, recorder, replicas } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault('F8', async () => {
    await victim.kill();
    const skewMs = (random.next() * 2 - 1) * DAY_MS;
    const env = { TORTURE_SKEW_MS: `${Math.round(skewMs)}` };
    await victim.start({ nodeOptions: preload('skewed-clock.mjs'), env });
    await stepStore(site, Math.round(5_000 + random.next() * 10_000));
    await delay(2_000);
    await stepStore(site, 0);
    await delay(2_000);
    await victim.kill();
    await victim.start();
  });
}

/** The one place where the store reads its time is replaced. */
async function stepStore({ postgres: { url }, schema, recorder }: Site, offsetMs: number): Promise<void> {
  const sql = postgres(url, { max: 1, connection: { application_name: 'clockmaker' } });
  try {
    const fromMs = nowMs();
    await sql.unsafe(`
      create or replace function "${schema}".lease_now() returns timestamptz language sql volatile
      return date_trunc('milliseconds', clock_timestamp() + interval '${offsetMs} milliseconds')`);
    recorder.clockSteps.push({ fromMs, toMs: nowMs(), offsetMs });
  } finally {
    await sql.end();
  }
}
