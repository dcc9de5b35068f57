import { randomUUID } from 'node:crypto';
import type {
  CleanupSpec,
  CreatedLease,
  Disposition,
  LeaseClient,
  LeaseReading,
  ObjectRef,
} from '@lease/client';
import { type Asked, failed, nowMs, readingOf, type Recorder, told } from './recorder.js';

/** A lease that a citizen asked for, whether or not it was told of it. */
export interface Claim {
  readonly leaseId: string;
  readonly object: ObjectRef;
  readonly ttlMs: number;
}

/** A service that uses the SDK in every way, and has all of it written down. */
export class Citizen {
  readonly client: LeaseClient;
  readonly #recorder: Recorder;
  readonly #cleanup: CleanupSpec;

  constructor(client: LeaseClient, recorder: Recorder, cleanup: CleanupSpec) {
    this.client = client;
    this.#recorder = recorder;
    this.#cleanup = cleanup;
  }

  draw(object: ObjectRef, ttlMs: number): Claim {
    return { leaseId: randomUUID(), object, ttlMs };
  }

  /** `request`: what tells it from another one with the same id. */
  create(claim: Claim, request = 'plain'): Promise<CreatedLease | undefined> {
    const metadata = { request };
    return this.#recorder.call(this.#creation(claim, request), () =>
      this.client.create({ ...claim, metadata, cleanup: this.#cleanup }),
    );
  }

  renew(claim: Claim): Promise<LeaseReading | undefined> {
    const { leaseId, ttlMs } = claim;
    return this.#recorder.call({ ...this.#about(claim), verb: 'renew', ttlMs }, () =>
      this.client.renew({ leaseId }),
    );
  }

  release(claim: Claim, disposition: Disposition = 'COLLECT'): Promise<LeaseReading | undefined> {
    const { leaseId } = claim;
    return this.#recorder.call({ ...this.#about(claim), verb: 'release', disposition }, () =>
      this.client.release({ leaseId, disposition }),
    );
  }

  get(claim: Claim): Promise<LeaseReading | undefined> {
    return this.#recorder.call({ ...this.#about(claim), verb: 'get' }, () => this.client.get(claim.leaseId));
  }

  /** All leases on an object; each that is shown counts as read. */
  async list({ type, id }: ObjectRef): Promise<void> {
    const sentMs = nowMs();
    this.#recorder.operationCount += 1;
    const about = { verb: 'get', client: this.client.serviceId, objectKey: `${type}/${id}` } as const;
    try {
      for await (const lease of this.client.list({ objectType: type, objectId: id })) {
        const { leaseId } = lease;
        // A page does not tell its instant.
        const answer = { kind: 'ok', lease: readingOf(lease), serverMs: NaN } as const;
        this.#recorder.operations.push({ ...about, leaseId, sentMs, doneMs: nowMs(), answer });
      }
      this.#recorder.answeredCount += 1;
    } catch (error) {
      failed(error);
    }
  }

  createMany(claims: readonly Claim[]): Promise<void> {
    return this.#many(
      claims.map((claim) => this.#creation(claim, 'plain')),
      () =>
        this.client.createMany(
          claims.map((claim) => ({ ...claim, metadata: { request: 'plain' }, cleanup: this.#cleanup })),
        ),
    );
  }

  renewMany(claims: readonly Claim[]): Promise<void> {
    return this.#many(
      claims.map((claim) => ({ ...this.#about(claim), verb: 'renew', ttlMs: claim.ttlMs })),
      () => this.client.renewMany(claims.map(({ leaseId }) => ({ leaseId }))),
    );
  }

  releaseMany(claims: readonly Claim[]): Promise<void> {
    return this.#many(
      claims.map((claim) => ({ ...this.#about(claim), verb: 'release', disposition: 'COLLECT' })),
      () => this.client.releaseMany(claims.map(({ leaseId }) => ({ leaseId }))),
    );
  }

  async #many(
    asked: readonly Asked[],
    send: () => Promise<
      readonly (({ readonly ok: true } & LeaseReading) | { readonly ok: false; readonly error: unknown })[]
    >,
  ): Promise<void> {
    const operations = asked.map((each) => this.#recorder.begin(each));
    try {
      const results = await send();
      for (const [index, operation] of operations.entries()) {
        const result = results[index];
        if (result) this.#recorder.end(operation, result.ok ? told(result) : failed(result.error));
      }
    } catch (error) {
      const answer = failed(error);
      for (const operation of operations) this.#recorder.end(operation, answer);
    }
  }

  #creation(claim: Claim, request: string): Asked {
    return { ...this.#about(claim), verb: 'create', ttlMs: claim.ttlMs, request };
  }

  #about({ leaseId, object: { type, id } }: Claim): Omit<Asked, 'verb'> {
    return { client: this.client.serviceId, leaseId, objectKey: `${type}/${id}` };
  }
}
