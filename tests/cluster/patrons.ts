import { setTimeout as delay } from 'node:timers/promises';
import { CleanupAdminClient, type CleanupSpec, type Hold, LeaseClient } from '@lease/client';
import { eventually } from '../helpers/eventually.js';
import type { Endpoint } from './endpoint.js';

export interface PatronsOptions {
  readonly addresses: readonly string[];
  readonly endpoint: Endpoint;
}

export interface PatronsReport {
  readonly holds: number;
  /** Renewals of the holds that were acknowledged. */
  readonly renewals: number;
  /** Leases taken, renewed and released in batches. */
  readonly batched: number;
  /** The longest from the answer to a batch of releases to the callback of its last object. */
  readonly collectedMs: number;
  /** Calls of the operator. */
  readonly questions: number;
  readonly violations: readonly string[];
}

const HOLDS = 12;

/** Renewed every 2 s or so: each restart of a replica meets some of the renewals. */
const HOLD_TTL_MS = 6_000;

const BATCH = 20;

/** Between two batches, and between two looks of the operator. */
const PAUSE_MS = 100;

/** As of the load: an attempt that times out would be repeated, by right (S9). */
const ATTEMPT_MS = 20_000;

/** Far less than a claim lasts: a claim that nobody began, and that was not given back, shows. */
const COLLECTED_MS = 20_000;

/** Those who use the SDK in its other ways: they hold, they send batches, they look after cleanups. */
export class Patrons {
  readonly #endpoint: Endpoint;
  readonly #client: LeaseClient;
  readonly #admin: CleanupAdminClient;
  readonly #cleanup: CleanupSpec;
  readonly #violations: string[] = [];
  readonly #holds: Hold[] = [];
  readonly #work: Promise<unknown>;
  #batched = 0;
  #collectedMs = 0;
  #questions = 0;
  #stopped = false;

  private constructor({ addresses, endpoint }: PatronsOptions) {
    this.#endpoint = endpoint;
    this.#client = new LeaseClient({ addresses, serviceId: 'patrons' });
    this.#admin = new CleanupAdminClient({ addresses });
    this.#cleanup = { http: { url: endpoint.url }, retry: { attemptTimeoutMs: ATTEMPT_MS } };
    this.#work = Promise.all([
      this.#again('F15: a batch', () => this.#sendBatches()),
      this.#again('F15: the operator', () => this.#look()),
    ]);
  }

  /** Resolves once everything is held. */
  static async start(options: PatronsOptions): Promise<Patrons> {
    const patrons = new Patrons(options);
    await Promise.all(Array.from({ length: HOLDS }, (_, index) => patrons.#hold(index)));
    return patrons;
  }

  /** Ends what they do, and lets go of what they hold. */
  async stop(): Promise<PatronsReport> {
    this.#stopped = true;
    await this.#work;
    const renewals = this.#holds.reduce((sum, { lease }) => sum + lease.renewalCount, 0);
    await Promise.all(this.#holds.map((hold) => this.#letGo(hold)));
    this.#client.close();
    this.#admin.close();
    return {
      holds: this.#holds.length,
      renewals,
      batched: this.#batched,
      collectedMs: Math.round(this.#collectedMs),
      questions: this.#questions,
      violations: this.#violations,
    };
  }

  async #hold(index: number): Promise<void> {
    const hold = await this.#client.hold({
      ...{ object: { type: 'session', id: `${index}` }, ttlMs: HOLD_TTL_MS, cleanup: this.#cleanup },
      onStateChange: (state, { leaseId }) => {
        if (state !== 'released') this.#violations.push(`F15: hold ${leaseId} became ${state}`);
      },
    });
    this.#holds.push(hold);
  }

  async #letGo(hold: Hold): Promise<void> {
    const { type, id } = hold.lease.object;
    if (hold.state !== 'held') this.#violations.push(`F15: hold ${hold.leaseId} is ${hold.state}`);
    if (this.#endpoint.callsFor(`${type}/${id}`).length > 0)
      this.#violations.push(`S1: ${type}/${id} was collected while it was held`);
    await hold.release();
  }

  async #again(what: string, step: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      try {
        await step();
      } catch (error) {
        this.#violations.push(`${what} failed: ${String(error)}`);
      }
      await delay(PAUSE_MS);
    }
  }

  async #sendBatches(): Promise<void> {
    const first = this.#batched;
    const objects = Array.from({ length: BATCH }, (_, i) => ({ type: 'batch', id: `${first + i}` }));
    const created = await this.#client.createMany(
      objects.map((object) => ({ object, cleanup: this.#cleanup })),
    );
    const leases = created.map((result) => {
      if (!result.ok) throw result.error;
      return { leaseId: result.lease.leaseId };
    });
    for (const result of await this.#client.renewMany(leases)) if (!result.ok) throw result.error;
    for (const result of await this.#client.releaseMany(leases)) if (!result.ok) throw result.error;
    this.#batched += BATCH;
    const startMs = performance.now();
    await eventually(
      () => {
        const waiting = objects.filter(
          ({ type, id }) => this.#endpoint.callsFor(`${type}/${id}`).length === 0,
        );
        if (waiting.length > 0) throw new Error(`${waiting.length} of ${BATCH} are not collected`);
      },
      { deadlineMs: COLLECTED_MS },
    );
    this.#collectedMs = Math.max(this.#collectedMs, performance.now() - startMs);
  }

  async #look(): Promise<void> {
    const { pauses } = await this.#admin.collectionState();
    // A replica that is away leaves no gap, since others sweep.
    for (const { reason } of pauses) this.#violations.push(`S14: collection is paused: ${reason}`);
    for await (const { cleanupId } of this.#admin.list({ state: 'ABANDONED' }))
      this.#violations.push(`S9: cleanup ${cleanupId} is abandoned`);
    this.#questions += 1;
  }
}
