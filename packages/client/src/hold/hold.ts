import type { CreatedLease, Disposition, Lease, LeaseReading } from '../lease.js';
import { LeaseError } from '../lease-error.js';
import type { CallOptions } from '../requests.js';
import type { Limits } from '../rpc/lease-channel.js';
import type { Clock, Runtime } from '../runtime.js';
import { maxRetryPauseMs, renewalPauseMs, retryPauseMs, tryTimeoutMs } from './cadence.js';
import { HoldNotHeldError } from './hold-not-held-error.js';
import type { HoldState } from './hold-state.js';
import type { HoldTransport, Sent } from './hold-transport.js';
import { TryLoop } from './try-loop.js';
import { isFinal, mayHaveHappened } from './verdict.js';
import { within } from './within.js';

export interface HoldSettings {
  /**
   * Told of each change, soon after it: the event loop may be blocked when the lease falls into doubt. Only `hold.state` is
   * exact. What it throws is uncaught.
   */
  readonly onStateChange?: (state: HoldState, hold: Hold) => void;
  /** Of a release that has none of its own. */
  readonly timeoutMs: number;
}

/**
 * A lease that renews itself for as long as the process lives, or until it is released. It does not keep the process alive: a
 * process that ends without a release is a crash to the server, which waits for the TTL and then collects the object.
 */
export class Hold implements AsyncDisposable {
  readonly leaseId: string;
  /** The object was due or abandoned, and taking the lease withdrew its cleanup. */
  readonly revived: boolean;
  /** Attempts of the withdrawn cleanup that may have reached its endpoint. If not 0, the object may be half gone. */
  readonly priorAttempts: number;

  readonly #transport: HoldTransport;
  readonly #runtime: Runtime;
  readonly #settings: HoldSettings;
  readonly #loop: TryLoop;
  readonly #lost = new AbortController();
  #lease: Lease;
  #heldUntilMs = -Infinity;
  #cancelWatch: (() => void) | undefined;
  #final: 'lost' | 'released' | undefined;
  #announced: HoldState;
  /** The object is meant to stay. */
  #kept = false;
  /** A release with KEEP was asked for and not refused: it is repeated in place of renewals. */
  #releasing = false;

  /** Use `LeaseClient.hold`, or `createHold` over a transport of your own. */
  constructor(
    transport: HoldTransport,
    runtime: Runtime,
    created: Sent<CreatedLease>,
    settings: HoldSettings,
  ) {
    this.#transport = transport;
    this.#runtime = runtime;
    this.#settings = settings;
    this.#lease = created.lease;
    this.leaseId = created.lease.leaseId;
    this.revived = created.revived;
    this.priorAttempts = created.priorAttempts;
    this.#loop = new TryLoop(runtime.clock, {
      attempt: (signal) => this.#try(signal),
      failed: (error) => this.#failed(error),
    });
    this.#extend(created);
    this.#announced = this.state;
    this.#renewed(created);
  }

  /** Computed when it is read, so that the first statement after a blocked event loop sees what is true then. */
  get state(): HoldState {
    return this.#final ?? (this.#clock.monotonicMs() < this.#heldUntilMs ? 'held' : 'doubtful');
  }

  /** The lease as the server last answered. */
  get lease(): Lease {
    return this.#lease;
  }

  /** Aborts when the hold is lost, with a {@link HoldNotHeldError}. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Throws {@link HoldNotHeldError} unless the hold is held. Ask before each step that only a holder may take. */
  assertHeld(): void {
    const { state } = this;
    if (state !== 'held') throw this.#notHeld(state);
  }

  /** The object is meant to stay: disposal releases with KEEP. Throws if the hold is lost or released already. */
  keep(): void {
    if (this.#final !== undefined) throw this.#notHeld(this.#final);
    this.#kept = true;
  }

  /**
   * Lets go. Default: KEEP after `keep()`, else COLLECT.
   *
   * COLLECT: the hold is `released` at once. If this rejects, the server may not know; then the lease expires in its time. On a
   * lost hold it does nothing.
   *
   * KEEP: the hold is `released` when the server has answered, since an object that is meant to stay must not expire before. If
   * this rejects without an answer (`UNAVAILABLE`, `DEADLINE_EXCEEDED`), the hold goes on asking; if it is refused
   * (`CLEANUP_OWNED`), the hold goes on as before. Rejects with {@link HoldNotHeldError} on a lost hold.
   */
  async release(disposition = this.#disposition, call: CallOptions = {}): Promise<void> {
    if (this.#final === 'lost') {
      if (disposition === 'KEEP') throw this.#notHeld('lost');
      return;
    }
    this.#loop.stop();
    if (disposition === 'COLLECT') this.#finish('released');
    else this.#releasing = true;

    const limits = {
      timeoutMs: call.timeoutMs ?? this.#settings.timeoutMs,
      signal: call.signal ?? new AbortController().signal,
    };
    try {
      this.#released(await this.#askForRelease(disposition, limits));
    } catch (error) {
      if (this.#final === undefined) this.#failed(error);
      throw error;
    }
  }

  /** Releases, unless that was done. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#final !== 'released') await this.release();
  }

  get #disposition(): Disposition {
    return this.#kept || this.#releasing ? 'KEEP' : 'COLLECT';
  }

  get #clock(): Clock {
    return this.#runtime.clock;
  }

  #try(signal: AbortSignal): Promise<() => void> {
    const limits = { timeoutMs: tryTimeoutMs(this.#lease.ttlMs), signal };
    if (this.#releasing) {
      return this.#askForRelease('KEEP', limits).then((reading) => () => this.#released(reading));
    }
    const renew = (each: Limits) => this.#transport.renew({ leaseId: this.leaseId }, each);
    return within(this.#clock, limits, renew).then((renewed) => () => {
      this.#extend(renewed);
      this.#renewed(renewed);
    });
  }

  #askForRelease(disposition: Disposition, limits: Limits): Promise<LeaseReading> {
    const request = { leaseId: this.leaseId, disposition };
    return within(this.#clock, limits, (each) => this.#transport.release(request, each));
  }

  /**
   * The server answered after the request was sent, by a clock that runs as fast as ours; so from the sending on, the lease
   * lasts at least as long as it has left. Not more than the TTL, though: a store clock that stepped back leaves more.
   */
  #extend({ lease, serverTime, sentAtMs }: Sent<LeaseReading>): void {
    const leftMs = Math.min(lease.ttlMs, lease.expireTime.getTime() - serverTime.getTime());
    this.#lease = lease;
    this.#heldUntilMs = Math.max(this.#heldUntilMs, sentAtMs + leftMs);
  }

  #renewed({ sentAtMs }: { readonly sentAtMs: number }): void {
    const { clock, random } = this.#runtime;
    // Counted from what was granted, which is less than the TTL if the lease was there before this process. An answer that
    // comes too late to grant anything is followed by another try soon, but not in a tight loop.
    const pauseMs =
      this.state === 'held'
        ? sentAtMs + renewalPauseMs(this.#heldUntilMs - sentAtMs, random) - clock.monotonicMs()
        : retryPauseMs(this.#lease.ttlMs, true, random);
    this.#loop.again(pauseMs);
    this.#announce();
    this.#watch();
  }

  #released({ lease }: LeaseReading): void {
    this.#lease = lease;
    this.#finish('released');
  }

  #failed(error: unknown): void {
    if (isFinal(error)) {
      this.#finish('lost', error);
      return;
    }
    if (!mayHaveHappened(error)) this.#releasing = false;
    const doubtful = this.state !== 'held';
    const { ttlMs } = this.#lease;
    const askedMs = error instanceof LeaseError ? (error.retryAfterMs ?? 0) : 0;
    const pauseMs = retryPauseMs(ttlMs, doubtful, this.#runtime.random);
    // The server's wish counts as far as the lease allows.
    this.#loop.again(Math.max(pauseMs, Math.min(askedMs, maxRetryPauseMs(ttlMs, doubtful))));
  }

  #finish(final: 'lost' | 'released', cause?: unknown): void {
    if (this.#final !== undefined) return;
    this.#final = final;
    this.#loop.stop();
    this.#cancelWatch?.();
    if (final === 'lost') this.#lost.abort(this.#notHeld(final, cause));
    this.#announce();
  }

  /** Waits for the doubt to begin. */
  #watch(): void {
    this.#cancelWatch?.();
    if (this.state !== 'held') return;
    // At least 1 ms: a difference that is lost in rounding must not make a tight loop.
    const leftMs = Math.max(1, this.#heldUntilMs - this.#clock.monotonicMs());
    this.#cancelWatch = this.#clock.schedule(leftMs, () => {
      if (this.state === 'held') this.#watch();
      else this.#doubt();
    });
  }

  #doubt(): void {
    this.#announce();
    // The pause under way was drawn for a held lease, and may be longer than a doubtful one can wait.
    this.#loop.hasten(retryPauseMs(this.#lease.ttlMs, true, this.#runtime.random));
  }

  #announce(): void {
    const { state } = this;
    if (state === this.#announced) return;
    this.#announced = state;
    // In a microtask: a listener that throws is uncaught, as it should be, and cannot stop the renewals.
    queueMicrotask(() => this.#settings.onStateChange?.(state, this));
  }

  #notHeld(state: HoldState, cause: unknown = this.#lost.signal.reason): HoldNotHeldError {
    return new HoldNotHeldError(this.leaseId, state, cause);
  }
}
