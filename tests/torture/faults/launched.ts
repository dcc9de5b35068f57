import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import { nowMs } from '../recorder.js';
import type { Site } from '../site.js';

const POINTS = [
  ...['before-claim', 'after-claim', 'after-connect', 'after-success', 'after-settle', 'after-create'],
] as const;

const DAY_MS = 86_400_000;

const preload = (file: string) => `--import ${new URL(file, import.meta.url).href}`;

/** F2: one replica ends at each failpoint in turn, soon after it began. */
export async function failAtPoints({ random, recorder, replicas }: Site): Promise<void> {
  const victim = randomItem(random, replicas);
  await recorder.fault('F2', async () => {
    await victim.kill();
    for (const point of POINTS) {
      const env = { TORTURE_FAILPOINT: point, TORTURE_HITS: `${Math.floor(random.next() * 10)}` };
      await victim.start({ nodeOptions: preload('failpoints.mjs'), env }).catch(() => undefined);
      const { code } = await victim.end();
      if (code !== 70) throw new Error(`${victim.name} ended with ${code} instead of at ${point}`);
    }
    await victim.start();
  });
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
