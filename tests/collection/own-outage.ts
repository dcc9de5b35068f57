import { GAP } from '@lease/core';
import { seededRandom } from '@lease/core/testing';
import { collectedOf, gather, renewDue } from './crowd.js';
import type { SiteOptions, Storage } from './site.js';
import { VirtualSite } from './virtual-site.js';

export interface OutageOptions extends Pick<SiteOptions, 'storage' | 'database'> {
  /** Two thirds live through it, one third dies in it. */
  readonly clients: number;
  readonly progress?: (line: string) => void;
}

export interface OutageReport {
  readonly storage: Storage;
  readonly clients: number;
  readonly outageMs: number;
  readonly liveCollected: number;
  readonly deadCollected: number;
  /** After the outage, by TTL: when the last dead client's object was collected. */
  readonly collectedAfterMs: Readonly<Record<number, number>>;
  readonly violations: readonly string[];
}

const TTLS_MS = [10_000, 60_000, 300_000];
const LONGEST_MS = Math.max(...TTLS_MS);
const OUTAGE_MS = 900_000;
const GRACE_MS = 5_000;

/**
 * F12: all replicas are down for longer than every TTL, while the clients that live try again and again, as the SDK does.
 * Then they are up, and sweep before the first client gets through. Nobody who lives loses an object, and the objects of
 * the dead are collected once the pause and the recovery are over (S14).
 */
export async function outage(options: OutageOptions): Promise<OutageReport> {
  const { storage, clients: count, database, progress = () => undefined } = options;
  await using site = await VirtualSite.open({ storage, ...(database && { database }) });
  const { clock } = site;
  const nowMs = () => clock.monotonicMs();
  const violations: string[] = [];
  const share = Math.floor(count / TTLS_MS.length / 3);
  const [live, dead] = [[], []] as [Awaited<ReturnType<typeof gather>>, Awaited<ReturnType<typeof gather>>];
  for (const ttlMs of TTLS_MS) {
    live.push(...(await gather(site.store, 2 * share, ttlMs, nowMs())));
    dead.push(...(await gather(site.store, share, ttlMs, nowMs())));
  }
  await site.pass(LONGEST_MS / 2, () => renewDue(site.store, [...live, ...dead], nowMs()));

  progress(`${storage}: all replicas are down`);
  await site.down(OUTAGE_MS);
  const random = seededRandom(3);
  // Where they are in their retries is chance: at most 5 s apart, or a tenth of the TTL.
  for (const client of live)
    client.nextMs = nowMs() + random.next() * Math.min(5_000, client.lease.ttlMs / 10);
  await site.up();
  const upMs = nowMs();
  await site.collect();

  const collectedAfterMs: Record<number, number> = {};
  await site.pass(LONGEST_MS + GAP.maxPauseMs + GRACE_MS, async () => {
    const lost = await renewDue(site.store, live, nowMs());
    if (lost.length > 0) violations.push(`S14: ${lost.length} clients that live lost their lease`);
    const inPause = nowMs() < upMs + GAP.maxPauseMs;
    if (inPause && site.collected.length > 0) violations.push('S14: something was collected in the pause');
    for (const ttlMs of TTLS_MS) {
      const theirs = dead.filter(({ lease }) => lease.ttlMs === ttlMs);
      if (collectedOf(theirs, site.collected).objects === theirs.length)
        collectedAfterMs[ttlMs] ??= nowMs() - upMs;
    }
  });
  const [ofLive, ofDead] = [collectedOf(live, site.collected), collectedOf(dead, site.collected)];
  if (ofLive.callbacks > 0)
    violations.push(`S14: ${ofLive.objects} objects of clients that live were collected`);
  if (ofDead.objects !== dead.length || ofDead.callbacks !== dead.length)
    violations.push(
      `S6, S9: ${dead.length} clients are dead, ${ofDead.objects} collected, ${ofDead.callbacks} calls`,
    );
  violations.push(...(await site.close()));
  return {
    ...{ storage, clients: live.length + dead.length, outageMs: OUTAGE_MS },
    ...{ liveCollected: ofLive.objects, deadCollected: ofDead.objects, collectedAfterMs, violations },
  };
}
