import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import { randomItem } from '@lease/core/testing';
import postgres from 'postgres';
import { eventually } from '../../helpers/eventually.js';
import { Citizen } from '../citizen.js';
import { FLAGS, type Site } from '../site.js';

/** The smallest pool that a server accepts. */
const FEW_CONNECTIONS = 4;

const CALLS = 500;

const LOCKED_MS = 4_000;

/** F19: a small pool, 500 calls at once, and rows that somebody else has locked. Nobody waits for ever, the sweep does not either. */
export async function crowdOut({
  random,
  recorder,
  replicas,
  endpoint,
  postgres: { url },
  schema,
}: Site): Promise<void> {
  const victim = randomItem(random, replicas);
  await recorder.fault('F19', async () => {
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
        const calls = Array.from({ length: CALLS }, () => citizen.get(claim));
        await Promise.all([delay(LOCKED_MS), ...calls]);
      });
      await citizen.release(claim);
    } finally {
      client.close();
      await sql.end();
    }
    await victim.stop();
    await victim.start();
  });
}

/** For an attempt to time out, after 10 s at most. */
const PATIENCE = { deadlineMs: 30_000 };

/** F9: half of the attempts are treated badly. */
export async function turnHostile({ random, recorder, endpoint }: Site): Promise<void> {
  await recorder.fault('F9', async () => {
    endpoint.hostility = 0.5;
    await delay(3_000 + random.next() * 3_000);
    endpoint.hostility = 0;
    // Those that still wait for an answer will fail, all at once; only then can the endpoint be trusted again.
    await eventually(() => {
      if (endpoint.abused > 0) throw new Error(`${endpoint.abused} attempts still wait for an answer`);
    }, PATIENCE);
  });
}
