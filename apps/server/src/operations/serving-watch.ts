import type { Clock } from '@lease/core';
import type { Readiness } from './readiness.js';

export interface ServingWatchOptions {
  readonly readiness: Pick<Readiness, 'reachable'>;
  readonly clock: Clock;
  /** Told when calls are answered no more, and why, and when they are again. */
  readonly tell: (serving: boolean, reasons: readonly string[]) => void;
}

/** From the end of one look to the next. */
const LOOK_MS = 1_000;

/**
 * One answer that came late is no outage: of a database that is busy, every replica would send its clients to the others. A
 * look takes 2 s at most, so that an outage is told within 6 s.
 */
const LOOKS_UNTIL_AWAY = 2;

/**
 * Looks whether calls are answered, for `grpc.health.v1`, whose watchers are told and do not ask. Not whether anybody sweeps:
 * a client that finds no replica would lose the leases that it could have renewed.
 */
export class ServingWatch {
  readonly #options: ServingWatchOptions;
  #failures = 0;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(options: ServingWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.schedule(LOOK_MS, () => void this.#look());
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { readiness, tell } = this.#options;
    const { serving, reasons } = await readiness.reachable();
    if (this.#stopped) return;
    const wasAway = this.#failures >= LOOKS_UNTIL_AWAY;
    this.#failures = serving ? 0 : this.#failures + 1;
    const isAway = this.#failures >= LOOKS_UNTIL_AWAY;
    if (isAway !== wasAway) tell(!isAway, reasons);
    this.start();
  }
}
