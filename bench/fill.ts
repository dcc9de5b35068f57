import { randomUUID } from 'node:crypto';
import type { CreateLease, Lease, LeaseStore } from '@lease/core';
import { createCommand, httpCleanup, objectRef } from '@lease/core/testing';
import { progress } from './report.js';

const BATCH = 500;
const SERVICES = 1_000;

/** A create of an object of its own, with a cleanup by HTTP at `url`. A thousand services take turns. */
export function aCreate(objectId: string, index: number, url: string, ttlMs: number): CreateLease {
  return createCommand({
    leaseId: randomUUID(),
    object: objectRef(objectId),
    serviceId: `service-${index % SERVICES}`,
    ttlMs,
    cleanup: httpCleanup({ url }),
    maxActive: 1_000_000,
  });
}

/** Creates `count` leases, 500 a call. The commands are made when they are sent. */
export async function fill(
  store: LeaseStore,
  count: number,
  command: (index: number) => CreateLease,
): Promise<readonly Lease[]> {
  const leases: Lease[] = [];
  while (leases.length < count) {
    const size = Math.min(BATCH, count - leases.length);
    const commands = Array.from({ length: size }, (_, at) => command(leases.length + at));
    leases.push(...(await createAll(store, commands)));
    if (leases.length % 20_000 === 0)
      progress(`created ${leases.length.toLocaleString('en')} of ${count.toLocaleString('en')} leases`);
  }
  return leases;
}

/** The leases, in the order of their commands. Throws if one was refused. */
export async function createAll(
  store: LeaseStore,
  commands: readonly CreateLease[],
): Promise<readonly Lease[]> {
  return (await store.create(commands)).map((result) => {
    if (result.outcome === 'refused') throw new Error(`a create was refused: ${result.reason}`);
    return result.lease;
  });
}
