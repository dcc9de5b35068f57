import { randomUUID } from 'node:crypto';
import { LeaseError, type CleanupSpec, type LeaseClient, type ObjectRef } from '@lease/client';
import { canary } from '../helpers/canaries.mjs';
import type { Entry, Ledger, Verb } from './ledger.js';

const METADATA = { owner: canary('lease metadata') };

/** A service that takes leases through the SDK, and writes down what it was told. */
export class Holder {
  readonly #client: LeaseClient;
  readonly #cleanup: CleanupSpec;
  readonly #ledger: Ledger;

  constructor(client: LeaseClient, cleanup: CleanupSpec, ledger: Ledger) {
    this.#client = client;
    this.#cleanup = cleanup;
    this.#ledger = ledger;
  }

  /** Undefined: not answered, or the object is being collected. */
  async create(object: ObjectRef, ttlMs: number): Promise<Entry | undefined> {
    const entry = this.#ledger.open(randomUUID(), `${object.type}/${object.id}`);
    const { leaseId } = entry;
    const answer = await this.#call('create', () =>
      this.#client.create({ leaseId, object, ttlMs, metadata: METADATA, cleanup: this.#cleanup }),
    );
    if (typeof answer !== 'object') return undefined;
    const { lease } = answer;
    entry.created = { generation: lease.generation, createMs: lease.createTime.getTime() };
    entry.expireMs = lease.expireTime.getTime();
    return entry;
  }

  /** Says whether it was renewed. */
  async renew(entry: Entry): Promise<boolean> {
    const answer = await this.#call('renew', () => this.#client.renew({ leaseId: entry.leaseId }));
    if (answer === 'LEASE_ENDED' && Date.now() < entry.expireMs) {
      this.#ledger.broken.push(`S2: lease ${entry.leaseId} ended before ${entry.expireMs}`);
    }
    if (typeof answer !== 'object') return false;
    entry.expireMs = Math.max(entry.expireMs, answer.lease.expireTime.getTime());
    entry.renewals += 1;
    return true;
  }

  async release(entry: Entry): Promise<void> {
    entry.releaseSentMs = Date.now();
    const answer = await this.#call('release', () => this.#client.release({ leaseId: entry.leaseId }));
    entry.released = typeof answer === 'object' && answer.lease.state === 'RELEASED';
  }

  /** The answer, or the reason of a refusal that the history explains, or undefined for a call that failed. */
  async #call<Answer extends object>(
    verb: Verb,
    send: () => Promise<Answer>,
  ): Promise<Answer | string | undefined> {
    const startMs = performance.now();
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof LeaseError)) throw error;
      if (error.reason === 'LEASE_ENDED' || error.reason === 'OBJECT_BEING_COLLECTED') return error.reason;
      const tookMs = performance.now() - startMs;
      this.#ledger.failures.push({
        verb,
        code: error.code,
        message: error.message,
        atMs: Date.now(),
        tookMs,
      });
      return undefined;
    } finally {
      this.#ledger.calls += 1;
      this.#ledger.longestMs = Math.max(this.#ledger.longestMs, performance.now() - startMs);
    }
  }
}
