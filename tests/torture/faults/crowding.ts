import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import type { Replica } from '../../cluster/replica.js';
import { eventually } from '../../helpers/eventually.js';
import { Citizen } from '../citizen.js';
import { FLAGS, type Site } from '../site.js';

/** The smallest pool that a server accepts. */
const FEW_CONNECTIONS = 4;

const CALLS = 500;

const LOCKED_MS = 4_000;

/**
 * F19: a small pool, 500 calls at once, and rows that somebody else has locked, for several times as long as a statement waits for
 * one. Nobody waits for ever, and the sweeper goes on.
 */
export async function crowdOut({
  random,
  recorder,
  replicas,
  endpoint,
  postgres: { url },
  schema,
}: Site): Promise<void> {
  const victim = randomItem(random, replicas);
  const play = async () => {
    await victim.stop();
    await victim.start({ flags: [...FLAGS, '--database-connections', `${FEW_CONNECTIONS}`] });
    const client = new LeaseClient({ address: victim.grpc, serviceId: 'throng' });
    const citizen = new Citizen(client, recorder, { http: { url: endpoint.url } });
    const sql = postgres(url, { max: 1, connection: { application_name: 'locker' } });
    try {
      const claim = citizen.draw({ type: 'throng', id: `${recorder.operationCount}` }, 30_000);
      await citizen.create(claim);
      await sql.begin(async (transaction) => {
        await transaction`
          select from ${transaction(schema)}.lease where state = 'ACTIVE' order by lease_id limit 50 for update`;
        const sweeps = await sweepsBy(victim);
        const calls = Array.from({ length: CALLS }, () => citizen.get(claim));
        await Promise.all([delay(LOCKED_MS), ...calls]);
        recorder.hit('F19: sweeps beside the crowd', (await sweepsBy(victim)) - sweeps);
      });
      await citizen.release(claim);
    } finally {
      client.close();
      await sql.end();
    }
    await victim.stop();
    await victim.start();
  };
  await recorder.fault('F19', play, { replicas: [victim.name] });
}

/** How often it swept so far, or found that another one did, or that expiry is paused. */
async function sweepsBy({ http }: Replica): Promise<number> {
  const metrics = await (await fetch(`${http}/metrics`)).text();
  const counts = metrics.matchAll(/^lease_sweep_duration_seconds_count\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** For an attempt to time out, after 10 s at most. */
const PATIENCE = { deadlineMs: 30_000 };

/** F9: half of the attempts are treated badly. */
export async function turnHostile({ random, recorder, endpoint }: Site): Promise<void> {
  await recorder.fault('F9', async () => {
    const before = endpoint.hostilities;
    endpoint.hostility = 0.5;
    await delay(3_000 + random.next() * 3_000);
    endpoint.hostility = 0;
    recorder.hit('F9: attempts treated badly', endpoint.hostilities - before);
    // Those that still wait for an answer will fail, all at once; only then can the endpoint be trusted again.
    await eventually(() => {
      if (endpoint.abused > 0) throw new Error(`${endpoint.abused} attempts still wait for an answer`);
    }, PATIENCE);
  });
}
