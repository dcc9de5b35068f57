import type { Coverage } from '../engine/coverage.js';
import { type Meeting, MEETINGS, nameOf } from '../pairs/pairs.js';
import type { Verdict } from './verdict.js';

/** Which event met which state, and whether the tables of the state machines have what came of it (S3). */
export class PairBook {
  readonly #verdict: Verdict;
  readonly #coverage: Coverage;

  constructor(verdict: Verdict, coverage: Coverage) {
    this.#verdict = verdict;
    this.#coverage = coverage;
  }

  met(...meeting: Meeting): void {
    const name = nameOf(meeting);
    this.#coverage.pair(name);
    this.#verdict.expect(MEETINGS.has(name), 'S3', () => `no table of the state machines has ${name}`);
  }
}
