import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import { eventually } from '../../helpers/eventually.js';
import { HOLD_TTL_MS } from '../live-holds.js';
import { nowMs } from '../recorder.js';
import { CLAIM_MS, type Site } from '../site.js';

/** L6. */
const DRAIN_MS = 25_000;

/** Beyond the end of a claim, until somebody else has it, who is alone on a busy machine. */
const TAKEOVER_MS = 20_000;

/** Attempts of one replica at one endpoint, at most: where more wait, others have some of them. */
const ONE_HOLDS = 16;

/** F1: kill -9 of a random replica in the middle of callbacks; it is away for a while. */
export async function killReplica(site: Site): Promise<void> {
  const { random, replicas, recorder, endpoint, witness } = site;
  const fromMs = nowMs();
  await site.holdAttempts(3);
  const inFlight = await witness.inFlight();
  const victim = randomItem(
    random,
    replicas.filter(({ name }) => inFlight.has(name)),
  );
  recorder.hit('F1: claims in flight', inFlight.get(victim.name) ?? 0);
  await recorder.fault(
    'F1',
    async () => {
      await victim.kill();
      endpoint.letGo();
      await delay(random.next() * 4_000);
      await victim.start();
    },
    { replicas: [victim.name] },
  );
  noCallFailed(site, 'F1', fromMs);
}

/**
 * F7: two replicas stand still in the middle of callbacks for longer than their claims, and then go on. Their outcomes are
 * refused, or given up where the sessions that were to carry them have ended; the zombie rounds have nothing but the former.
 */
export async function stopReplicas(site: Site): Promise<void> {
  const { random, replicas, recorder, endpoint, tables, violations } = site;
  const survivor = randomItem(random, replicas);
  const zombies = replicas.filter((replica) => replica !== survivor);
  await site.holdAttempts(ONE_HOLDS + zombies.length);
  await recorder.fault(
    'F7',
    async () => {
      for (const zombie of zombies) zombie.pause();
      endpoint.letGo();
      const before = (await tables.lostClaims()).length;
      await eventually(
        async () => {
          if ((await tables.lostClaims()).length === before) throw new Error('F7: no claim was taken over');
        },
        { deadlineMs: CLAIM_MS + TAKEOVER_MS, everyMs: 250 },
      ).catch((error: unknown) => violations.push(String(error)));
      for (const zombie of zombies) zombie.resume();
      await site.answersAgain('F7');
      recorder.hit('F7: claims taken over', (await tables.lostClaims()).length - before);
    },
    { replicas: zombies.map(({ name }) => name) },
  );
}

/** F12: nobody is there for longer than the leases of live holds last, while their holders go on asking. */
export async function killAll(site: Site): Promise<void> {
  const { random, replicas, recorder } = site;
  await recorder.fault('F12', async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
    await recorder.fault('F12', () => delay(HOLD_TTL_MS + 2_000 + random.next() * 2_000), {
      total: true,
    });
    await Promise.all(replicas.map((replica) => replica.start()));
    await site.answersAgain('F12');
  });
}

/** F15: every replica is restarted, one after another. */
export async function restartAll(site: Site): Promise<void> {
  const { replicas, recorder, violations } = site;
  const fromMs = nowMs();
  await recorder.fault('F15', async () => {
    for (const replica of replicas) {
      const startMs = performance.now();
      const { code, signal } = await replica.stop();
      const tookMs = performance.now() - startMs;
      if (code !== 0) violations.push(`L6: ${replica.name} ended with ${signal ?? code ?? 'an error'}`);
      if (tookMs > DRAIN_MS) violations.push(`L6: ${replica.name} took ${tookMs} ms to drain`);
      await replica.start();
    }
  });
  noCallFailed(site, 'F15', fromMs);
}

/** Whoever uses the SDK is answered, by another replica if need be. */
function noCallFailed({ recorder: { operations }, violations }: Site, kind: string, fromMs: number): void {
  for (const { verb, sentMs, answer, doneMs } of operations) {
    if (sentMs < fromMs || answer.kind !== 'unknown' || doneMs === Infinity) continue;
    violations.push(`${kind}: a ${verb} failed with ${answer.code} after ${Math.round(doneMs - sentMs)} ms`);
  }
}
