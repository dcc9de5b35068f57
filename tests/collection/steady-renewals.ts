import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { LeaseServiceClient, RenewLeaseRequest } from '@lease/protocol';

const EVERY_MS = 5;

/** What a renewal names. */
export interface HeldLease {
  readonly leaseId: string;
  readonly serviceId: string;
}

/** Renewals at a steady pace, 200 a second, one lease per call: whoever is slow is not asked more slowly. */
export class SteadyRenewals implements Disposable {
  readonly #clients: readonly LeaseServiceClient[];
  readonly #leases: readonly HeldLease[];
  #sent = 0;

  /** The servers and the leases take turns. */
  constructor(addresses: readonly string[], leases: readonly HeldLease[]) {
    this.#clients = addresses.map((address) => new LeaseServiceClient(address, credentials.createInsecure()));
    this.#leases = leases;
  }

  /** How long each renewal took, in ms, until `enough` says so. */
  async during(enough: () => boolean): Promise<readonly number[]> {
    const calls: Promise<number>[] = [];
    for (let dueMs = performance.now(); !enough(); dueMs += EVERY_MS) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
      calls.push(this.#renew(this.#sent++));
    }
    return Promise.all(calls);
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }

  #renew(turn: number): Promise<number> {
    const client = this.#clients[turn % this.#clients.length];
    const lease = this.#leases[turn % this.#leases.length];
    if (client === undefined || lease === undefined) throw new Error('there is nothing to renew');
    const { leaseId, serviceId } = lease;
    const startMs = performance.now();
    return new Promise((resolve, reject) => {
      client.renewLease(RenewLeaseRequest.fromPartial({ leaseId, serviceId }), (error) => {
        if (error) reject(error);
        else resolve(performance.now() - startMs);
      });
    });
  }
}
