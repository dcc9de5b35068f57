import {
  CreateLeaseRequest,
  LeaseServiceDefinition as rpcs,
  ReleaseLeaseRequest,
  RenewLeaseRequest,
  type Status,
} from '@lease/protocol';
import { type BatchResult, inBatches, valueOrError } from './batches.js';
import { createHold, type HoldOptions } from './hold/create-hold.js';
import type { Hold } from './hold/hold.js';
import type { HoldTransport } from './hold/hold-transport.js';
import type { CreatedLease, Lease, LeaseReading } from './lease.js';
import { checkServiceId, type LeaseClientOptions } from './lease-client-options.js';
import type { CallOptions, CreateLease, ListLeases, ReleaseLease, RenewLease } from './requests.js';
import { Connection } from './rpc/connection.js';
import type { Limits } from './rpc/lease-channel.js';
import type { ClientRuntime } from './runtime.js';
import type { Stats } from './stats.js';
import { systemRuntime } from './system-runtime.js';
import { decodeCreated, decodeLease, decodeReading, decodeStats, required } from './wire/decode.js';
import { decodeStatus } from './wire/decode-error.js';
import { waitOut } from './wait-out.js';
import { encodeCreate, encodeGet, encodeList, encodeRelease, encodeRenew } from './wire/encode.js';

/**
 * Takes, renews and releases leases in the name of one service, at whichever replica answers.
 *
 * Every call is retried while nobody answers (`UNAVAILABLE`), within its deadline; all of them may be repeated. Calls reject with
 * `LeaseError`, whose `reason` says why the server refused. `OBJECT_BEING_COLLECTED` passes by itself: it is waited out within the
 * deadline, at the server's pace, and rejects only if the collection takes longer.
 */
export class LeaseClient {
  readonly serviceId: string;
  readonly #connection: Connection;
  readonly #runtime: ClientRuntime;

  /** Connects when it is first used. Throws TypeError for options that contradict each other. */
  constructor(options: LeaseClientOptions, runtime: ClientRuntime = systemRuntime) {
    this.serviceId = checkServiceId(options.serviceId);
    this.#connection = new Connection(options, runtime);
    this.#runtime = runtime;
  }

  /** Takes a lease, and leaves the renewing to the caller; see {@link hold}. */
  async create(request: CreateLease, call?: CallOptions): Promise<CreatedLease> {
    const message = encodeCreate(this.serviceId, this.#identified(request));
    return decodeCreated(await this.#connection.call(rpcs.createLease, message, call));
  }

  /** Extends an active lease to `max(expireTime, now + ttl)`. `LEASE_ENDED`: no renewal of it will ever succeed. */
  async renew(request: RenewLease, call?: CallOptions): Promise<LeaseReading> {
    const message = encodeRenew(this.serviceId, request);
    return decodeReading(await this.#connection.call(rpcs.renewLease, message, call));
  }

  /** Ends a lease. The same release again gets the same answer. */
  async release(request: ReleaseLease, call?: CallOptions): Promise<LeaseReading> {
    const message = encodeRelease(this.serviceId, request);
    return decodeReading(await this.#connection.call(rpcs.releaseLease, message, call));
  }

  /** The lease as it is now, ended or not; of any service. */
  async get(leaseId: string, call?: CallOptions): Promise<LeaseReading> {
    return decodeReading(await this.#connection.call(rpcs.getLease, encodeGet(leaseId), call));
  }

  /** Leases of any service, fetched page by page; the deadline is that of one page. */
  async *list(filter: ListLeases = {}, call?: CallOptions): AsyncGenerator<Lease, void, undefined> {
    let pageToken = '';
    do {
      const page = await this.#connection.call(rpcs.listLeases, encodeList(filter, pageToken), call);
      yield* page.leases.map(decodeLease);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }

  /**
   * Takes any number of leases; `results[i]` answers `requests[i]`. No transaction: each is taken or refused alone. Sent in
   * batches of up to 1,000, one after another; the deadline is that of one batch. When a batch is not answered, neither are those
   * behind it.
   */
  createMany(
    requests: readonly CreateLease[],
    call?: CallOptions,
  ): Promise<readonly BatchResult<CreatedLease>[]> {
    return inBatches(requests, {
      encode: (request) => encodeCreate(this.serviceId, this.#identified(request)),
      sizeOf: (message) => CreateLeaseRequest.encode(message).finish().byteLength,
      send: (batch) =>
        waitOut(
          batch,
          (part, limits) => this.#createBatch(part, limits),
          this.#runtime,
          this.#connection.limits(call),
        ),
    });
  }

  /** Renews any number of leases, as {@link createMany} takes them. */
  renewMany(
    requests: readonly RenewLease[],
    call?: CallOptions,
  ): Promise<readonly BatchResult<LeaseReading>[]> {
    return inBatches(requests, {
      encode: (request) => encodeRenew(this.serviceId, request),
      sizeOf: (message) => RenewLeaseRequest.encode(message).finish().byteLength,
      send: async (batch) => {
        const { results, serverTime } = await this.#connection.call(
          rpcs.batchRenewLeases,
          { requests: [...batch] },
          call,
        );
        return results.map(({ answer }) => resultOf(answer, (lease) => decodeReading({ lease, serverTime })));
      },
    });
  }

  /** Releases any number of leases, as {@link createMany} takes them. */
  releaseMany(
    requests: readonly ReleaseLease[],
    call?: CallOptions,
  ): Promise<readonly BatchResult<LeaseReading>[]> {
    return inBatches(requests, {
      encode: (request) => encodeRelease(this.serviceId, request),
      sizeOf: (message) => ReleaseLeaseRequest.encode(message).finish().byteLength,
      send: async (batch) => {
        const { results, serverTime } = await this.#connection.call(
          rpcs.batchReleaseLeases,
          { requests: [...batch] },
          call,
        );
        return results.map(({ answer }) => resultOf(answer, (lease) => decodeReading({ lease, serverTime })));
      },
    });
  }

  /** Totals and gauges of the whole store. */
  async stats(call?: CallOptions): Promise<Stats> {
    return decodeStats(await this.#connection.call(rpcs.getStats, {}, call));
  }

  /** Takes a lease and renews it until it is released, lost, or the process ends. `call` is about the taking. */
  async hold(options: HoldOptions, call?: CallOptions): Promise<Hold> {
    return createHold(this.#holdTransport, this.#runtime, options, this.#connection.limits(call));
  }

  /** Closes the connections. Calls and holds are not waited for: release the holds first, or they end as in a crash. */
  close(): void {
    this.#connection.close();
  }

  get #holdTransport(): HoldTransport {
    return {
      create: async (request, limits) => {
        const message = encodeCreate(this.serviceId, request);
        const { answer, sentAtMs } = await this.#connection.caller.call(rpcs.createLease, message, limits);
        return { ...decodeCreated(answer), sentAtMs };
      },
      renew: async (request, limits) => {
        const message = encodeRenew(this.serviceId, request);
        const { answer, sentAtMs } = await this.#connection.caller.pass(rpcs.renewLease, message, limits);
        return { ...decodeReading(answer), sentAtMs };
      },
      release: async (request, limits) => {
        const message = encodeRelease(this.serviceId, request);
        const { answer } = await this.#connection.caller.call(rpcs.releaseLease, message, limits);
        return decodeReading(answer);
      },
    };
  }

  async #createBatch(requests: readonly CreateLeaseRequest[], limits: Limits) {
    const rpc = rpcs.batchCreateLeases;
    const { results, serverTime } = (
      await this.#connection.caller.call(rpc, { requests: [...requests] }, limits)
    ).answer;
    return results.map((result) =>
      resultOf(result.answer, (lease) => decodeCreated({ ...result, lease, serverTime })),
    );
  }

  #identified(request: CreateLease) {
    return { ...request, leaseId: request.leaseId ?? this.#runtime.random.uuid() };
  }
}

type ElementAnswer<L> =
  | { readonly $case: 'lease'; readonly value: L }
  | { readonly $case: 'error'; readonly value: Status }
  | undefined;

function resultOf<L, T>(answer: ElementAnswer<L>, read: (lease: L) => T): BatchResult<T> {
  const decoded = valueOrError(() => {
    const { $case, value } = required('results.answer', answer);
    if ($case === 'error') throw decodeStatus(value);
    return read(value);
  });
  return decoded.ok ? { ok: true, ...decoded.value } : decoded;
}
