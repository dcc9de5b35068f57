import type { Clock, CollectionState, LeaseStore, Observer, PauseReason } from '@lease/core';

export interface ReadinessReport {
  readonly ready: boolean;
  /** Calls are answered, though nobody may sweep: the store can be read, and the server neither starts nor ends. */
  readonly serving: boolean;
  /** Why it is not ready. */
  readonly reasons: readonly string[];
  /** Pauses in force. A server that expires nothing for a while is ready all the same. */
  readonly pauses: readonly ReportedPause[];
  /** False: this server was told to leave the ending of leases and the running of cleanups to others. */
  readonly collecting: boolean;
}

interface ReportedPause {
  readonly reason: PauseReason;
  readonly until: string;
  /** The operator's words, if there are any. */
  readonly note?: string;
}

/** The store has so long to say that it is there. */
const STORE_DEADLINE_MS = 2_000;

/** A collector sweeps twice a second at least. */
const SWEEP_DEADLINE_MS = 3_000;

/** Whether this server should be sent calls. */
export class Readiness {
  readonly #store: Pick<LeaseStore, 'ping' | 'collectionState'>;
  readonly #clock: Clock;
  #phase: 'starting' | 'serving' | 'shutting down' = 'starting';
  #collecting = false;
  #sinceMs = 0;
  #lastSweepMs = 0;
  #checking: Promise<ReadinessReport> | undefined;

  constructor(store: Pick<LeaseStore, 'ping' | 'collectionState'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** To be told of the collector's sweeps. */
  readonly observe: Observer = (event) => {
    if (event.type === 'swept') this.#lastSweepMs = this.#clock.monotonicMs();
  };

  /** Everything is up. `collecting`: whether this server has to sweep from now on. */
  serving({ collecting }: { readonly collecting: boolean }): void {
    this.#phase = 'serving';
    this.#collecting = collecting;
    this.#sinceMs = this.#lastSweepMs = this.#clock.monotonicMs();
  }

  shuttingDown(): void {
    this.#phase = 'shutting down';
  }

  /** Asks the store; calls that come meanwhile get the same answer. */
  check(): Promise<ReadinessReport> {
    return (this.#checking ??= this.#check().finally(() => (this.#checking = undefined)));
  }

  /** Whether the store can be read, and the server neither starts nor ends. Writes nothing: it may be asked all the time. */
  async reachable(): Promise<Pick<ReadinessReport, 'serving' | 'reasons'>> {
    const reasons = [
      ...this.#unlessServing(),
      ...problemOf(await this.#inTime(this.#store.collectionState())),
    ];
    return { serving: reasons.length === 0, reasons };
  }

  async #check(): Promise<ReadinessReport> {
    const [state, ping] = await Promise.all([
      this.#inTime(this.#store.collectionState()),
      this.#inTime(this.#store.ping()),
    ]);
    const reasons = [...this.#unlessServing(), ...problemOf(state)];
    const serving = reasons.length === 0;
    // If it cannot be read, that it cannot be written is no news.
    if (state.ok) reasons.push(...problemOf(ping));
    const found = state.ok ? state.value : undefined;
    if (this.#phase === 'serving' && this.#collecting) reasons.push(...this.#silence(found));
    const pauses = (found?.pauses ?? []).map(({ reason, until, note }) => ({
      reason,
      until: new Date(until).toISOString(),
      ...(note && { note }),
    }));
    return { ready: reasons.length === 0, serving, reasons, pauses, collecting: this.#collecting };
  }

  #unlessServing(): string[] {
    return this.#phase === 'serving' ? [] : [this.#phase];
  }

  *#silence(state: CollectionState | undefined): Generator<string> {
    const nowMs = this.#clock.monotonicMs();
    const ownMs = nowMs - this.#lastSweepMs;
    if (ownMs > SWEEP_DEADLINE_MS) yield `no sweep for ${seconds(ownMs)}`;
    if (state === undefined) return;
    // A sweep that finds another one under way is none: if somebody keeps the control row locked, all of them find that.
    // What nobody swept before this server came up is not its doing.
    const { now, lastSweepTime = -Infinity } = state;
    const anybodyMs = Math.min(now - lastSweepTime, nowMs - this.#sinceMs);
    if (anybodyMs > SWEEP_DEADLINE_MS) yield `no replica has swept for ${seconds(anybodyMs)}`;
  }

  async #inTime<T>(asked: Promise<T>): Promise<Told<T>> {
    let cancel: () => void = () => undefined;
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.#clock.schedule(STORE_DEADLINE_MS, () => {
        reject(new Error(`no answer within ${STORE_DEADLINE_MS} ms`));
      });
    });
    try {
      return { ok: true, value: await Promise.race([asked, tooLate]) };
    } catch (error) {
      return { ok: false, problem: `store: ${error instanceof Error ? error.message : String(error)}` };
    } finally {
      cancel();
    }
  }
}

/** What the store answered, or why it did not. */
type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

function problemOf(told: Told<unknown>): string[] {
  return told.ok ? [] : [told.problem];
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
