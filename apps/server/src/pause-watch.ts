import type { Clock, CollectionState, LeaseStore, Observer, Pause, PauseReason } from '@lease/core';
import type { Logger } from 'pino';

/** Pauses last for a second at least, most of them for longer. */
const LOOK_MS = 1_000;

const EFFECTS: Readonly<Record<PauseReason, string>> = {
  GAP: 'nothing expires, since nobody swept for a while and holders may have had no chance to renew',
  BRAKE: 'nothing that was ever renewed expires, since too many holders vanished at once',
  OPERATOR: 'nothing expires and nothing is collected, by an operator’s word',
};

/**
 * Says in the log when a pause begins and ends, and why. Every replica says it, whoever noticed the gap or was called by the
 * operator: the store is asked, after sweeps and after what an operator does here.
 */
export class PauseWatch {
  readonly #store: Pick<LeaseStore, 'collectionState'>;
  readonly #log: Logger;
  readonly #clock: Clock;
  #nextLookMs = 0;
  #known: CollectionState['pauses'] = [];
  #looking: Promise<void> = Promise.resolve();

  constructor(store: Pick<LeaseStore, 'collectionState'>, log: Logger, clock: Clock) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  readonly observe: Observer = ({ type }) => {
    const told = type === 'collection-paused' || type === 'collection-resumed';
    if (told || (type === 'swept' && this.#clock.monotonicMs() >= this.#nextLookMs)) this.#look();
  };

  #look(): void {
    this.#nextLookMs = this.#clock.monotonicMs() + LOOK_MS;
    // One after the other: an answer that overtakes an older one would end a pause that has just begun.
    this.#looking = this.#looking
      .then(() => this.#store.collectionState())
      .then(
        ({ pauses }) => {
          this.#compare(pauses);
        },
        // The step of the collector that meets the same store says so.
        () => undefined,
      );
  }

  #compare(pauses: readonly Pause[]): void {
    for (const { reason, until, note } of pauses) {
      const before = this.#known.find((pause) => pause.reason === reason);
      if (before?.until === until && before.note === note) continue;
      const end = new Date(until).toISOString();
      this.#log.warn({ reason, until: end, ...(note && { note }) }, `pause: ${EFFECTS[reason]}`);
    }
    for (const { reason } of this.#known) {
      if (!pauses.some((pause) => pause.reason === reason)) this.#log.warn({ reason }, 'the pause is over');
    }
    this.#known = pauses;
  }
}
