import type { Lease, LeaseStore, Random } from '@lease/core';
import { createCommand, randomBelow, seededRandom } from '@lease/core/testing';
import type { SiteOptions } from './site.js';
import { VirtualSite } from './virtual-site.js';

const TICKS = 100;
const BATCH = 500;

/** What a store did at one tick: leases that have ended in all, and for how long the brake holds. */
export interface BrakeTick {
  readonly expired: number;
  readonly brakeForMs: number;
}

/** A history that the seed decides: crowds of all terms that vanish, others that renew in bursts, and operators who resume. */
export async function brakeHistory(
  options: Pick<SiteOptions, 'storage' | 'database'>,
  seed: number,
): Promise<readonly BrakeTick[]> {
  await using site = await VirtualSite.open({ ...options, replicas: 1 });
  const { store } = site;
  const random = seededRandom(seed);
  const below = (bound: number) => randomBelow(random, bound);
  const survivors = await take(store, random, 100 + below(300), 3_600_000);
  // Of the survivors, so many renewals come in a minute.
  const chance = random.next() / 2;
  const ticks: BrakeTick[] = [];
  for (let tick = 0; tick < TICKS; tick += 1) {
    if (random.next() < 0.2) await renew(store, await take(store, random, below(700), 2_000 + below(30_000)));
    if (random.next() < chance) await renew(store, survivors);
    await site.pass(200 + below(800));
    if (random.next() < 0.03) await store.resume();
    const { pauses, now } = await store.collectionState();
    const { expired } = (await store.stats()).leases;
    const brake = pauses.find(({ reason }) => reason === 'BRAKE');
    ticks.push({ expired, brakeForMs: brake ? brake.until - now : 0 });
  }
  await site.close();
  return ticks;
}

async function take(store: LeaseStore, random: Random, count: number, ttlMs: number): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const commands = Array.from({ length: Math.min(BATCH, count - from) }, () =>
      createCommand({ leaseId: random.uuid(), ttlMs, maxActive: 1_000_000 }),
    );
    for (const result of await store.create(commands)) {
      if (result.outcome === 'refused') throw new Error(`a create was refused: ${result.reason}`);
      leases.push(result.lease);
    }
  }
  return leases;
}

async function renew(store: LeaseStore, leases: readonly Lease[]): Promise<void> {
  for (let from = 0; from < leases.length; from += BATCH) {
    await store.renew(leases.slice(from, from + BATCH));
  }
}
