import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import { nowMs } from '../recorder.js';
import type { Site } from '../site.js';
import { preload } from './launched.js';

const DAY_MS = 86_400_000;

/** Until sweeps have ended what a pause kept. */
const SWEEPS_MS = 2_000;

/** F8: the clock of a replica is wrong by up to a day and steps; the store's clock leaps ahead, and is set back. */
export async function stepClocks(site: Site): Promise<void> {
  const { random, recorder, replicas } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault(
    'F8',
    async () => {
      await victim.kill();
      const skewMs = (random.next() * 2 - 1) * DAY_MS;
      const env = { TORTURE_SKEW_MS: `${Math.round(skewMs)}` };
      await victim.start({ nodeOptions: preload('skewed-clock.mjs'), env });
      const leapMs = Math.round(5_000 + random.next() * 5_000);
      await stepStore(site, leapMs);
      // The pause lasts as long as the leap. As long again, and none of its instants comes twice: each end has its place.
      await delay(2 * leapMs + SWEEPS_MS);
      await stepStore(site, 0);
      await delay(SWEEPS_MS);
      await victim.kill();
      await victim.start();
    },
    { replicas: [victim.name] },
  );
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
