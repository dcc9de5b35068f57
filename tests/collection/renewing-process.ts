import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { LeaseServiceClient, RenewLeaseRequest } from '@lease/protocol';
import type { HeldLease, RenewingTask } from './steady-renewals.js';

const EVERY_MS = 5;

process.once('message', ({ addresses, leases }: RenewingTask) => {
  const clients = addresses.map((address) => new LeaseServiceClient(address, credentials.createInsecure()));
  let sent = 0;
  let goesOn = false;

  /** How long each renewal took, until somebody says that it is enough. */
  async function renew(): Promise<readonly number[]> {
    const calls: Promise<number>[] = [];
    for (let dueMs = performance.now(); goesOn; dueMs += EVERY_MS) {
      // At least a turn of the event loop: otherwise nobody could say so.
      await delay(Math.max(0, dueMs - performance.now()));
      calls.push(renewOne(turnOf(clients, sent), turnOf(leases, sent)));
      sent += 1;
    }
    return Promise.all(calls);
  }

  process.on('message', (message: 'start' | 'stop') => {
    goesOn = message === 'start';
    if (goesOn) void renew().then((tookMs) => process.send?.(tookMs));
  });
});
// Whoever started this is gone.
process.once('disconnect', () => process.exit());

function renewOne(client: LeaseServiceClient, { leaseId, serviceId }: HeldLease): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    client.renewLease(RenewLeaseRequest.fromPartial({ leaseId, serviceId }), (error) => {
      if (error) reject(error);
      else resolve(performance.now() - startMs);
    });
  });
}

function turnOf<T>(all: readonly T[], turn: number): T {
  const one = all[turn % all.length];
  if (one === undefined) throw new Error('there is nothing to renew');
  return one;
}
