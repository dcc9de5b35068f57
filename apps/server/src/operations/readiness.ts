import type { Clock, LeaseStore, Observer, PauseReason } from '@lease/core';

export interface ReadinessReport {
  readonly ready: boolean;
  /** Why not. */
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
  #lastSweepMs: number | undefined;
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
    if (collecting) this.#lastSweepMs = this.#clock.monotonicMs();
  }

  shuttingDown(): void {
    this.#phase = 'shutting down';
  }

  /** Asks the store; calls that come meanwhile get the same answer. */
  check(): Promise<ReadinessReport> {
    return (this.#checking ??= this.#check().finally(() => (this.#checking = undefined)));
  }

  async #check(): Promise<ReadinessReport> {
    const reasons: string[] = [];
    if (this.#phase !== 'serving') reasons.push(this.#phase);
    const pauses = await this.#askStore(reasons);
    if (this.#phase === 'serving') reasons.push(...this.#silence());
    return { ready: reasons.length === 0, reasons, pauses, collecting: this.#collecting };
  }

  #silence(): string[] {
    if (this.#lastSweepMs === undefined) return [];
    const silentMs = this.#clock.monotonicMs() - this.#lastSweepMs;
    return silentMs > SWEEP_DEADLINE_MS ? [`no sweep for ${Math.round(silentMs / 1_000)} s`] : [];
  }

  async #askStore(reasons: string[]): Promise<ReadinessReport['pauses']> {
    let cancel: () => void = () => undefined;
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.#clock.schedule(STORE_DEADLINE_MS, () => {
        reject(new Error(`no answer within ${STORE_DEADLINE_MS} ms`));
      });
    });
    try {
      const asked = Promise.all([this.#store.collectionState(), this.#store.ping()]);
      const [{ pauses }] = await Promise.race([asked, tooLate]);
      return pauses.map(({ reason, until, note }) => ({
        reason,
        until: new Date(until).toISOString(),
        ...(note && { note }),
      }));
    } catch (error) {
      reasons.push(`store: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    } finally {
      cancel();
    }
  }
}
