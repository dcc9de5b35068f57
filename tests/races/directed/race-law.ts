import type { Race } from './race.js';

/** A promise that holds however two calls meet, as one schedule that the test enforces. */
export interface RaceLaw {
  /** `<ids of promises and races>: <promise>`. Unique. */
  readonly name: string;
  /** Resolves if the store keeps the law; rejects with what it did instead. */
  run(race: Race): Promise<void>;
}
