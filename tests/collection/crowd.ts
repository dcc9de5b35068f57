import type { Lease, LeaseStore } from '@lease/core';
import { createCommand, httpCleanup, seededRandom } from '@lease/core/testing';

/** A client that holds one lease on an object of its own, and renews it three times per TTL. */
export interface Client {
  readonly lease: Lease;
  /** When it next calls, in ms of the clock that moves them all. */
  nextMs: number;
}

const BATCH = 500;
const random = seededRandom(11);

/** So many clients, whose renewals are spread evenly from now on. */
export async function gather(
  store: LeaseStore,
  count: number,
  ttlMs: number,
  nowMs: number,
  type = 'custom',
): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) {
    const from = clients.length;
    const commands = Array.from({ length: Math.min(BATCH, count - from) }, () => {
      const leaseId = random.uuid();
      const object = { type, id: leaseId };
      return createCommand({ leaseId, object, ttlMs, cleanup: httpCleanup(), maxActive: 1_000_000 });
    });
    for (const result of await store.create(commands)) {
      if (result.outcome === 'refused') throw new Error(`a create was refused: ${result.reason}`);
      clients.push({ lease: result.lease, nextMs: nowMs + (ttlMs / 3) * random.next() });
    }
  }
  return clients;
}

/** The renewals that are due, in calls of 500. Returns the clients whose lease had ended. */
export async function renewDue(
  store: LeaseStore,
  clients: readonly Client[],
  nowMs: number,
): Promise<readonly Client[]> {
  const due = clients.filter(({ nextMs }) => nextMs <= nowMs);
  const lost: Client[] = [];
  for (let from = 0; from < due.length; from += BATCH) {
    const batch = due.slice(from, from + BATCH);
    const results = await store.renew(
      batch.map(({ lease: { leaseId, serviceId } }) => ({ leaseId, serviceId })),
    );
    for (const [at, client] of batch.entries()) {
      client.nextMs = nowMs + client.lease.ttlMs / 3;
      if (results[at]?.outcome !== 'done') lost.push(client);
    }
  }
  return lost;
}

/** The ids of the objects of these clients that were collected, and how often in all. */
export function collectedOf(
  clients: readonly Client[],
  claims: readonly { readonly object: { readonly id: string } }[],
): { readonly objects: number; readonly callbacks: number } {
  const ids = new Set(clients.map(({ lease }) => lease.object.id));
  const theirs = claims.filter(({ object }) => ids.has(object.id));
  return { objects: new Set(theirs.map(({ object }) => object.id)).size, callbacks: theirs.length };
}
