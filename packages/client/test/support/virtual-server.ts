import type { HoldTransport, Sent } from '../../src/hold/hold-transport.js';
import type { CreatedLease, Lease, LeaseReading } from '../../src/lease.js';
import { LeaseError } from '../../src/lease-error.js';
import type { CreateLease, ReleaseLease, RenewLease } from '../../src/requests.js';
import type { Limits } from '../../src/rpc/lease-channel.js';
import type { Clock } from '../../src/runtime.js';

type Verb = 'create' | 'renew' | 'release';

/** What becomes of a call. `deaf`: it hangs and does not listen to its signal. `lost reply`: carried out, not answered. */
export type Fate = 'answer' | 'unavailable' | 'lost reply' | 'deaf' | LeaseError;

export interface Call {
  readonly verb: Verb;
  readonly atMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One lease at a server with a clock of its own, behind a network that does as it is told. */
export class VirtualServer implements HoldTransport {
  readonly calls: Call[] = [];
  fate: (verb: Verb) => Fate = () => 'answer';
  /** How long requests and answers travel. */
  requestMs = 0;
  answerMs = 0;
  /** The store's clock, as an offset from ours. */
  skewMs = 77_000_000;
  lease: Lease | undefined;

  constructor(private readonly clock: Clock) {}

  get renewals(): readonly Call[] {
    return this.calls.filter(({ verb }) => verb === 'renew');
  }

  /** A sweep ends the lease. */
  expire(): void {
    this.#change({ state: 'EXPIRED', endTime: this.#now() });
  }

  async create(request: CreateLease & { leaseId: string }, limits: Limits): Promise<Sent<CreatedLease>> {
    let replayed = true;
    const sent = await this.#serve('create', limits, () => {
      if (this.lease !== undefined) return;
      replayed = false;
      const { leaseId, object, ttlMs = 300_000, metadata = {} } = request;
      const now = this.#now();
      this.lease = {
        leaseId,
        object,
        serviceId: 'tests',
        state: 'ACTIVE',
        createTime: now,
        expireTime: new Date(now.getTime() + ttlMs),
        renewTime: now,
        ttlMs,
        metadata,
        renewalCount: 0,
        generation: 1,
        hasCleanup: false,
      };
    });
    return { ...sent, replayed, revived: false, priorAttempts: 0 };
  }

  renew({ ttlMs }: RenewLease, limits: Limits): Promise<Sent<LeaseReading>> {
    return this.#serve('renew', limits, () => {
      const { state, expireTime, ttlMs: own } = this.#known();
      if (state !== 'ACTIVE') throw refused('LEASE_ENDED');
      const now = this.#now();
      const expireMs = Math.max(expireTime.getTime(), now.getTime() + (ttlMs ?? own));
      this.#change({ expireTime: new Date(expireMs), renewTime: now });
    });
  }

  release({ disposition = 'COLLECT' }: ReleaseLease, limits: Limits): Promise<LeaseReading> {
    return this.#serve('release', limits, () => {
      const lease = this.#known();
      if (lease.state === 'ACTIVE') this.#change({ state: 'RELEASED', disposition, endTime: this.#now() });
      else if (lease.state === 'RELEASED' ? lease.disposition !== disposition : disposition === 'KEEP') {
        throw refused('LEASE_ENDED');
      }
    });
  }

  async #serve(verb: Verb, { timeoutMs, signal }: Limits, effect: () => void): Promise<Sent<LeaseReading>> {
    const sentAtMs = this.clock.monotonicMs();
    this.calls.push({ verb, atMs: sentAtMs, timeoutMs, signal });
    const fate = this.fate(verb);
    if (fate === 'deaf') await new Promise(() => undefined);
    if (fate === 'unavailable') throw unavailable();
    await this.#travel(this.requestMs, signal);
    if (fate instanceof LeaseError) throw fate;
    effect();
    const reading = { lease: this.#known(), serverTime: this.#now() };
    if (fate === 'lost reply') throw unavailable();
    await this.#travel(this.answerMs, signal);
    return { ...reading, sentAtMs };
  }

  #travel(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.clock.schedule(ms, resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  #known(): Lease {
    if (this.lease === undefined) throw refused('LEASE_NOT_FOUND');
    return this.lease;
  }

  #change(change: Partial<Lease>): void {
    this.lease = { ...this.#known(), ...change };
  }

  #now(): Date {
    return new Date(this.clock.monotonicMs() + this.skewMs);
  }
}

export function refused(reason: NonNullable<LeaseError['reason']>): LeaseError {
  const code = reason === 'LEASE_NOT_FOUND' ? 'NOT_FOUND' : 'FAILED_PRECONDITION';
  return new LeaseError({ code, reason, message: `refused: ${reason}` });
}

export const unavailable = () => new LeaseError({ code: 'UNAVAILABLE', message: 'nobody there' });
