import { randomUUID } from 'node:crypto';
import { type Hold, LeaseClient } from '@lease/client';
import { nowMs } from './recorder.js';
import type { Site } from './site.js';

const HOLDS = 8;

/** Renewed three times in it, at whichever replica is there. */
export const HOLD_TTL_MS = 6_000;

/** Holders that live through the whole run, and shall not lose anything by an outage that is not theirs. */
export class LiveHolds {
  readonly #site: Site;
  readonly #client: LeaseClient;
  readonly #lostMs: ReadonlyMap<string, number>;
  readonly #holds: readonly Hold[];

  private constructor(
    site: Site,
    client: LeaseClient,
    holds: readonly Hold[],
    lostMs: ReadonlyMap<string, number>,
  ) {
    this.#site = site;
    this.#client = client;
    this.#holds = holds;
    this.#lostMs = lostMs;
  }

  static async start(site: Site): Promise<LiveHolds> {
    const client = new LeaseClient({ addresses: site.addresses, serviceId: 'live' });
    const lost = new Map<string, number>();
    const holds = Array.from({ length: HOLDS }, () => {
      const leaseId = randomUUID();
      // What a hold asks and is told stays with it.
      const about = { client: 'live', leaseId, objectKey: `live/${leaseId}` };
      site.recorder.begin({ ...about, verb: 'create', ttlMs: HOLD_TTL_MS, request: 'hold' });
      site.recorder.begin({ ...about, verb: 'renew' });
      return client.hold({
        ...{ leaseId, object: { type: 'live', id: leaseId }, ttlMs: HOLD_TTL_MS },
        cleanup: { http: { url: site.endpoint.url } },
        onStateChange: (state) => state === 'lost' && lost.set(leaseId, nowMs()),
      });
    });
    return new LiveHolds(site, client, await Promise.all(holds), lost);
  }

  /** Lets go of what is still held, and notes how each fared. */
  async stop(): Promise<void> {
    const { recorder } = this.#site;
    for (const hold of this.#holds) {
      const { leaseId, lease } = hold;
      const lostMs = this.#lostMs.get(leaseId);
      recorder.holds.push({
        ...{
          leaseId,
          ttlMs: HOLD_TTL_MS,
          expireMs: lease.expireTime.getTime(),
          renewals: lease.renewalCount,
        },
        ...(lostMs !== undefined && { lostMs }),
      });
      const about = { client: 'live', leaseId, objectKey: `live/${leaseId}` };
      recorder.begin({ ...about, verb: 'release', disposition: 'COLLECT' });
      await hold.release();
    }
    this.#client.close();
  }
}
