import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import postgres from 'postgres';
import type { Cluster } from './cluster.js';
import type { Replica } from './replica.js';

/** More than a pool has connections. */
const READS = 60;

/** A replica gives a call up after 5 s. */
const GIVEN_UP_MS = 4_500;

/** Longer than a session takes to open on a busy machine. */
const STILL_MS = 1_000;

/**
 * How many RPCs of a replica can be at the database at once: reads are blocked there until no further one arrives. A
 * slot that was leaked shows as one less.
 */
export async function usableSlots(
  { postgres: { url }, schema, tables }: Cluster,
  replica: Replica,
): Promise<number> {
  const sql = postgres(url, { max: 1, connection: { application_name: 'blocker' } });
  const client = new LeaseClient({ address: replica.grpc, serviceId: 'probe' });
  try {
    let reads: Promise<unknown> = Promise.resolve();
    const slots = await sql.begin(async (transaction) => {
      await transaction`lock table ${transaction(schema)}.lease in access exclusive mode`;
      reads = Promise.allSettled(Array.from({ length: READS }, () => client.get(randomUUID())));
      return highest(() => tables.blockedReads(replica.name));
    });
    await reads;
    return slots;
  } finally {
    client.close();
    await sql.end();
  }
}

/** The highest of a figure that grows until it has stood still for a while, or the reads are given up. */
async function highest(read: () => Promise<number>): Promise<number> {
  const deadlineMs = performance.now() + GIVEN_UP_MS;
  let most = 0;
  let grewMs = performance.now();
  while (performance.now() < deadlineMs && (most === 0 || performance.now() < grewMs + STILL_MS)) {
    const now = await read();
    if (now > most) [most, grewMs] = [now, performance.now()];
    await delay(20);
  }
  return most;
}
