import {
  type Answer,
  type CreatedLease,
  type CreateLeaseRequest,
  type LeaseReading,
  type LeaseService,
  objectKey,
  type ReleaseLeaseRequest,
  type RenewLeaseRequest,
} from '@lease/core';
import { type HoldTransport, LeaseError, type Limits } from '@lease/client';
import type { AnswerBook } from '../checker/answer-book.js';
import type { HoldBook } from '../checker/hold-book.js';
import { call } from '../engine/call.js';
import type { Dice } from '../engine/dice.js';
import type { Network } from '../engine/network.js';
import type { Process } from '../engine/process.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';
import type { Replica } from './replica.js';
import { createRequest, heldLease, leaseError, unanswered } from './wire.js';

export interface TransportParts {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly process: Process;
  readonly serviceId: string;
  /** The processes that run at the replicas' addresses, now. */
  readonly replicas: () => readonly Replica[];
  readonly answers: AnswerBook;
  readonly holds: HoldBook;
  /** Told of each lease id that goes out in a create. */
  readonly mention: (leaseId: string) => void;
}

type Rpc<T> = (service: LeaseService) => Promise<Answer<T>>;

/** An answer with the instants of its request: by the client's monotonic clock, and by the world's. */
interface Answered<T> {
  readonly value: T;
  readonly sentAtMs: number;
  readonly sentWorldMs: number;
}

/** A client's way to the replicas: one try after another, over all addresses, as the SDK's own caller makes them. */
export class Transport {
  readonly #parts: TransportParts;
  #preferred: number;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#preferred = parts.dice.throw(parts.process.name).whole(0, parts.replicas().length - 1);
  }

  /** What holds talk through. */
  get forHolds(): HoldTransport {
    const { holds, serviceId } = this.#parts;
    return {
      create: async (request, limits) => {
        const asked = createRequest(serviceId, request);
        const { value, sentAtMs, sentWorldMs } = await this.#patiently(request.leaseId, limits, (share) =>
          this.create(asked, share),
        );
        const { lease, now, replayed } = value;
        holds.granted(lease.leaseId, { sentMs: sentWorldMs, ttlMs: lease.ttlMs });
        if (replayed) holds.hurries(lease.leaseId);
        const { revived, priorAttempts } = lease;
        return {
          lease: heldLease(lease),
          serverTime: new Date(now),
          replayed,
          revived,
          priorAttempts,
          sentAtMs,
        };
      },
      renew: async (request, limits) => {
        const { value, sentAtMs, sentWorldMs } = await this.#overAll(limits, (share) => {
          holds.renews(request.leaseId);
          return this.renew(request, share);
        });
        // Too late by an instant: the hold has given up, will not hear of it, and asks again soon.
        if (!limits.signal.aborted) {
          holds.granted(request.leaseId, { sentMs: sentWorldMs, ttlMs: value.lease.ttlMs });
        }
        return { lease: heldLease(value.lease), serverTime: new Date(value.now), sentAtMs };
      },
      release: async ({ leaseId, disposition = 'COLLECT' }, limits) => {
        holds.hurries(leaseId);
        const release = (share: Limits) => this.release({ leaseId, disposition }, share);
        const { value } = await this.#patiently(leaseId, limits, release);
        return { lease: heldLease(value.lease), serverTime: new Date(value.now) };
      },
    };
  }

  async create(request: CreateLeaseRequest, limits: Limits): Promise<Answered<CreatedLease>> {
    const { answers, mention } = this.#parts;
    if (request.leaseId !== undefined) mention(request.leaseId);
    try {
      const answered = await this.#ask(`create on ${objectKey(request.object)}`, limits, (service) =>
        service.create(request),
      );
      answers.created(request, answered.value.lease);
      return answered;
    } catch (error) {
      if (isRefusal(error, 'LEASE_ID_TAKEN')) answers.taken(request);
      throw error;
    }
  }

  async renew(
    {
      leaseId,
      ttlMs,
      serviceId = this.#parts.serviceId,
    }: { leaseId: string; ttlMs?: number; serviceId?: string },
    limits: Limits,
  ): Promise<Answered<LeaseReading>> {
    const request = { leaseId, serviceId, ...(ttlMs !== undefined && { ttlMs }) };
    try {
      return await this.#ask(`renew ${brief(leaseId)}`, limits, (service) => service.renew(request));
    } catch (error) {
      if (isRefusal(error, 'LEASE_ENDED')) this.#parts.answers.endShown(leaseId, this.#parts.scheduler.nowMs);
      throw error;
    }
  }

  release(
    request: { leaseId: string; disposition: 'COLLECT' | 'KEEP'; serviceId?: string },
    limits: Limits,
  ): Promise<Answered<LeaseReading>> {
    const asked = { serviceId: this.#parts.serviceId, ...request };
    const label = `release ${brief(request.leaseId)} (${request.disposition})`;
    return this.#ask(label, limits, (service) => service.release(asked));
  }

  createBatch(requests: readonly CreateLeaseRequest[], limits: Limits): Promise<void> {
    for (const { leaseId } of requests) if (leaseId !== undefined) this.#parts.mention(leaseId);
    return this.#askBatch(`create ${requests.length}`, limits, (service) => service.createBatch(requests));
  }

  renewBatch(requests: readonly RenewLeaseRequest[], limits: Limits): Promise<void> {
    return this.#askBatch(`renew ${requests.length}`, limits, (service) => service.renewBatch(requests));
  }

  releaseBatch(requests: readonly ReleaseLeaseRequest[], limits: Limits): Promise<void> {
    return this.#askBatch(`release ${requests.length}`, limits, (service) => service.releaseBatch(requests));
  }

  get(leaseId: string, limits: Limits): Promise<Answered<LeaseReading>> {
    return this.#ask(`get ${brief(leaseId)}`, limits, (service) => service.get(leaseId));
  }

  async #ask<T extends LeaseReading>(label: string, limits: Limits, rpc: Rpc<T>): Promise<Answered<T>> {
    const { scheduler, process, answers } = this.#parts;
    const sentAtMs = process.clock.monotonicMs();
    const sentWorldMs = scheduler.nowMs;
    const value = await this.#try(label, limits, rpc);
    answers.shown(value.lease, sentWorldMs, scheduler.nowMs);
    return { value, sentAtMs, sentWorldMs };
  }

  async #askBatch(label: string, limits: Limits, rpc: Rpc<readonly Answer<LeaseReading>[]>): Promise<void> {
    const { scheduler, answers } = this.#parts;
    const sentWorldMs = scheduler.nowMs;
    for (const answer of await this.#try(label, limits, rpc)) {
      if (answer.ok) answers.shown(answer.value.lease, sentWorldMs, scheduler.nowMs);
    }
  }

  /** One try at the replica that answered last. */
  async #try<T>(label: string, limits: Limits, rpc: Rpc<T>): Promise<T> {
    const { network, trace, process, replicas } = this.#parts;
    const replica = replicas()[this.#preferred];
    if (replica === undefined) throw unanswered('UNAVAILABLE');
    const reply = await call(network, {
      from: process,
      to: replica.process,
      link: 'client',
      label,
      timeoutMs: limits.timeoutMs,
      serve: () => replica.serve(rpc),
      refused: () => unanswered('UNAVAILABLE'),
      timedOut: () => unanswered('DEADLINE_EXCEEDED'),
    });
    if (reply === 'STORE_UNAVAILABLE') throw leaseError('STORE_UNAVAILABLE');
    if (!reply.ok) {
      trace.note(process.name, `${label} at ${replica.process.name}: ${reply.refusal.reason}`);
      throw leaseError(reply.refusal.reason, reply.refusal.retryAfterMs);
    }
    trace.note(process.name, `${label} at ${replica.process.name}: ok`);
    return reply.value;
  }

  /** Each address once at most, each with its share of the time. */
  async #overAll<T>({ timeoutMs, signal }: Limits, ask: (limits: Limits) => Promise<T>): Promise<T> {
    const { clock } = this.#parts.process;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const addresses = this.#parts.replicas().length;
    for (let tried = 1; ; tried += 1) {
      signal.throwIfAborted();
      const share = (deadlineMs - clock.monotonicMs()) / (addresses - tried + 1);
      try {
        return await ask({ timeoutMs: share, signal });
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        this.#preferred = (this.#preferred + 1) % addresses;
        if (tried === addresses || clock.monotonicMs() >= deadlineMs) throw error;
      }
    }
  }

  /** Over all addresses, again and again, until one answers or the time is up. */
  async #patiently<T>(
    about: string,
    { timeoutMs, signal }: Limits,
    ask: (limits: Limits) => Promise<T>,
  ): Promise<T> {
    const { clock } = this.#parts.process;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (let pass = 0; ; pass += 1) {
      try {
        return await this.#overAll({ timeoutMs: deadlineMs - clock.monotonicMs(), signal }, ask);
      } catch (error) {
        const pauseMs = this.#parts.dice.throw(`pause ${about}`).next() * Math.min(100 * 2 ** pass, 2_000);
        if (!isUnanswered(error) || clock.monotonicMs() + pauseMs >= deadlineMs) throw error;
        await new Promise<void>((resolve) => clock.schedule(pauseMs, resolve));
        signal.throwIfAborted();
      }
    }
  }
}

function brief(leaseId: string): string {
  return leaseId.slice(0, 8);
}

function isRefusal(error: unknown, reason: string): boolean {
  return error instanceof LeaseError && error.reason === reason;
}

function isUnanswered(error: unknown): boolean {
  return error instanceof LeaseError && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED');
}
