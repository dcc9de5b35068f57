import { setTimeout as delay } from 'node:timers/promises';
import { randomItem } from '@lease/core/testing';
import { CLAIM_MS, type Site } from '../site.js';

/** L6. */
const DRAIN_MS = 25_000;

/** Beyond the end of a claim, until somebody else has done the work. */
const TAKEOVER_MS = 2_000;

/** F1: kill -9 of a random replica in the middle of callbacks; it is away for a while. */
export async function killReplica(site: Site): Promise<void> {
  const { random, replicas, recorder, endpoint } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault('F1', async () => {
    await site.holdAttempts();
    await victim.kill();
    endpoint.letGo();
    await delay(random.next() * 4_000);
    await victim.start();
  });
}

/** F7: a replica stands still in the middle of callbacks for longer than its claims, and then goes on. */
export async function stopReplica(site: Site): Promise<void> {
  const { random, replicas, recorder, endpoint } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault('F7', async () => {
    await site.holdAttempts();
    victim.pause();
    endpoint.letGo();
    await delay(CLAIM_MS + TAKEOVER_MS);
    victim.resume();
    await site.answersAgain('F7');
  });
}

/** F12: nobody is there for longer than most leases last, while their holders go on asking. */
export async function killAll(site: Site): Promise<void> {
  const { random, replicas, recorder } = site;
  await recorder.fault('F12', async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
    await recorder.fault('F12', () => delay(2_500 + random.next() * 2_000), true);
    await Promise.all(replicas.map((replica) => replica.start()));
    await site.answersAgain('F12');
  });
}

/** F15: every replica is restarted, one after another. */
export async function restartAll({ replicas, recorder, violations }: Site): Promise<void> {
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
}
