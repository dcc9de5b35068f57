import { BRAKE, type LeaseStore } from '@lease/core';
import { type Client, collectedOf, gather, renewDue } from './crowd.js';
import type { SiteOptions, Storage } from './site.js';
import { VirtualSite } from './virtual-site.js';

export interface PartitionOptions extends Pick<SiteOptions, 'storage' | 'database'> {
  /** That are cut off. */
  readonly clients: number;
  /** Of their leases. */
  readonly ttlMs: number;
  /** Who lets go what the brake holds: an operator, a moment later, or time. */
  readonly liftedBy: 'operator' | 'time';
  readonly progress?: (line: string) => void;
}

export interface PartitionReport {
  readonly storage: Storage;
  readonly clients: number;
  readonly ttlMs: number;
  readonly liftedBy: 'operator' | 'time';
  /** Leases that had ended when the brake held. */
  readonly lostBeforeBrake: number;
  /** From the cut to the brake. */
  readonly brakeAfterMs: number;
  /** From the brake to the end of the last of the others. */
  readonly heldForMs: number;
  readonly violations: readonly string[];
}

/** One page of a sweep. */
export const PAGE = 200;
const GRACE_MS = 5_000;
/** Who is not cut off, who was never renewed, and who is released while the brake holds. */
const OTHERS = 100;
/** Of those who are never renewed. */
const STILL_TTL_MS = 5_000;
/** From a release, or the end of a pause, to the collection: two sweeps. */
const SOON_MS = 2_000;

/**
 * F12: clients that renew are cut off, all at once. The brake holds when a thousand leases and one page of a sweep have
 * ended (S14); what was never renewed, releases and collection go on; an operator, or five minutes, let the others go, also
 * those that are not overdue yet.
 */
export async function partition(options: PartitionOptions): Promise<PartitionReport> {
  const { storage, clients: count, ttlMs, liftedBy, database, progress = () => undefined } = options;
  await using site = await VirtualSite.open({ storage, ...(database && { database }) });
  const { clock, store } = site;
  const nowMs = () => clock.monotonicMs();
  const violations: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) violations.push(`F12, S14: ${what}`);
  };

  const others = await gather(store, OTHERS, ttlMs, nowMs());
  const leaving = await gather(store, OTHERS, 3_600_000, nowMs());
  const renew = async () => {
    const lost = await renewDue(store, others, nowMs());
    expect(lost.length === 0, `${lost.length} clients that were not cut off lost their lease`);
  };
  progress(`${storage}: ${count} clients come and are cut off`);
  const { cut, lost: lostBeforeBrake, held, brakeAfterMs } = await cutOff(site, count, ttlMs, renew);
  const brakeMs = nowMs();
  const allOverdueMs = brakeMs - brakeAfterMs + ttlMs + GRACE_MS;
  expect(held, `the brake does not hold, and ${lostBeforeBrake} leases have ended`);
  expect(
    lostBeforeBrake > BRAKE.minLost && lostBeforeBrake <= BRAKE.minLost + PAGE,
    `${lostBeforeBrake} leases had ended when the brake held`,
  );

  // What the brake does not concern goes on.
  const still = await gather(store, OTHERS, STILL_TTL_MS, nowMs());
  await store.release(
    leaving.map(({ lease: { leaseId, serviceId } }) => ({ leaseId, serviceId, disposition: 'COLLECT' })),
  );
  const heldMs = liftedBy === 'operator' ? STILL_TTL_MS + GRACE_MS + SOON_MS : BRAKE.pauseMs - 1_000;
  await site.pass(heldMs, renew);
  expectCollected('released', leaving, OTHERS);
  expectCollected('never renewed', still, OTHERS);
  expectCollected('cut off, before the brake is lifted,', cut, lostBeforeBrake);
  if (liftedBy === 'operator') await store.resume();
  else await site.pass(1_000, renew);
  const allEndedMs = Math.max(nowMs(), allOverdueMs) + SOON_MS;
  let heldForMs = 0;
  while (nowMs() < allEndedMs) {
    await site.pass(1_000, renew);
    expect(!(await brakeHolds(store)), 'the brake holds again in the same partition');
    if (heldForMs === 0 && collectedOf(cut, site.collected).objects === count) heldForMs = nowMs() - brakeMs;
  }
  expectCollected('cut off', cut, count);
  expectCollected('not cut off', others, 0);
  const { cleanups } = await store.stats();
  expect(cleanups.open === 0, `S6: ${cleanups.open} cleanups are open`);
  violations.push(...(await site.close()));
  return {
    ...{ storage, clients: count, ttlMs, liftedBy, lostBeforeBrake },
    ...{ brakeAfterMs, heldForMs, violations },
  };

  function expectCollected(who: string, clients: readonly Client[], wanted: number): void {
    const { objects, callbacks } = collectedOf(clients, site.collected);
    expect(
      objects === wanted && callbacks === wanted,
      `of ${clients.length} that were ${who} ${objects} were collected in ${callbacks} callbacks, not ${wanted}`,
    );
  }
}

export interface CutOff {
  readonly cut: readonly Client[];
  /** Leases that had ended when the brake held, or when all had ended and it did not. */
  readonly lost: number;
  readonly held: boolean;
  readonly brakeAfterMs: number;
}

/** So many clients hold and renew leases for one TTL, and then no more. Time passes until the brake holds. */
export async function cutOff(
  site: VirtualSite,
  count: number,
  ttlMs: number,
  each: () => Promise<unknown> = () => Promise.resolve(),
): Promise<CutOff> {
  const { clock, store } = site;
  const nowMs = () => clock.monotonicMs();
  const cut = await gather(store, count, ttlMs, nowMs());
  await site.pass(ttlMs, async () => {
    await renewDue(store, cut, nowMs());
    await each();
  });
  const cutMs = nowMs();
  let held = false;
  while (!held && nowMs() < cutMs + ttlMs + GRACE_MS + SOON_MS) {
    await site.pass(1_000, each);
    held = await brakeHolds(store);
  }
  return { cut, lost: (await store.stats()).leases.expired, held, brakeAfterMs: nowMs() - cutMs };
}

async function brakeHolds(store: LeaseStore): Promise<boolean> {
  return (await store.collectionState()).pauses.some(({ reason }) => reason === 'BRAKE');
}
