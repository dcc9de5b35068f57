import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '../../helpers/child.js';
import { eventually } from '../../helpers/eventually.js';
import type { HeldLease } from '../history.js';
import { nowMs } from '../recorder.js';
import type { Site } from '../site.js';

const HOLDS = 4;

const TTL_MS = 1_500;

/** F13: holders in processes of their own: one stands still, one blocks its event loop, and then both are killed. */
export async function stopHolders(site: Site): Promise<void> {
  await site.recorder.fault('F13', async () => {
    await Promise.all([standStill(site, stopProcess), standStill(site, blockLoop)]);
  });
}

async function stopProcess({ pid }: Child): Promise<void> {
  if (pid === undefined) throw new Error('the holder does not run');
  process.kill(pid, 'SIGSTOP');
  await delay(2 * TTL_MS);
  process.kill(pid, 'SIGCONT');
}

function blockLoop(holder: Child): void {
  holder.say('block');
}

/** Holds, stands still, says what it saw, and dies: what it held is collected. */
async function standStill(
  { recorder, addresses, endpoint }: Site,
  stop: (holder: Child) => void | Promise<void>,
): Promise<void> {
  const ids = Array.from({ length: HOLDS }, () => randomUUID());
  for (const leaseId of ids) {
    // What it is told stays with it: its create and its renewals may have happened, at any moment.
    const about = { client: 'holder', leaseId, objectKey: `held/${leaseId}` };
    recorder.begin({ ...about, verb: 'create', ttlMs: TTL_MS, request: 'hold' });
    recorder.begin({ ...about, verb: 'renew' });
  }
  const holder = new Child({
    name: 'holder',
    args: [fileURLToPath(new URL('holder.mjs', import.meta.url)), addresses.join(), endpoint.url, ids.join()],
  });
  const seen = new Set<string>();
  holder.onLine((line) => {
    const { leaseId, ms, state, asserted } = JSON.parse(line) as Partial<Sight>;
    if (leaseId === undefined || ms === undefined || state === undefined || asserted === undefined) return;
    seen.add(leaseId);
    const hold: HeldLease = { leaseId, ttlMs: TTL_MS, expireMs: nowMs(), renewals: 0 };
    recorder.holds.push({ ...hold, block: { ms, state, asserted } });
  });
  try {
    await holder.ready();
    await delay(TTL_MS);
    await stop(holder);
    await eventually(() => {
      if (seen.size < HOLDS) throw new Error(`${HOLDS - seen.size} holds did not say what they saw`);
    });
  } finally {
    await holder.kill('SIGKILL');
  }
}

interface Sight {
  readonly leaseId: string;
  readonly ms: number;
  readonly state: string;
  readonly asserted: boolean;
}
