import { LeaseClient } from '@lease/client';
import { randomItem } from '@lease/core/testing';
import type { Replica } from '../../cluster/replica.js';
import { Citizen } from '../citizen.js';
import { Deck } from '../deck.js';
import type { Site } from '../site.js';

export const POINTS = [
  ...['before-claim', 'after-claim', 'after-connect', 'after-success', 'after-settle', 'after-create'],
] as const;

/** Two rounds come to each of them. */
export const POINTS_PER_ROUND = 3;

/** For all runs of this process. */
const deck = new Deck(POINTS);

/** A replica that is busy comes to each of them within this. */
const POINT_MS = 30_000;

export const preload = (file: string) => `--import ${new URL(file, import.meta.url).href}`;

/** F2: one replica ends at a failpoint, soon after it began, and then at others. */
export async function failAtPoints(site: Site): Promise<void> {
  const { random, recorder, replicas } = site;
  const victim = randomItem(random, replicas);
  await recorder.fault(
    'F2',
    async () => {
      await victim.kill();
      for (const point of deck.deal(random, POINTS_PER_ROUND)) {
        const env = { TORTURE_FAILPOINT: point, TORTURE_HITS: `${Math.floor(random.next() * 5)}` };
        // It may end before it is ready.
        await victim.start({ nodeOptions: preload('failpoints.mjs'), env }).catch(() => undefined);
        const end = victim.end();
        await keepBusy(site, victim, point);
        const { code } = await end;
        if (code !== 70) throw new Error(`${victim.name} ended with ${code} instead of at ${point}`);
        recorder.hit(`F2: ends ${point}`, 1);
      }
      await victim.start();
    },
    { replicas: [victim.name] },
  );
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
