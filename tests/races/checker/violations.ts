/** The promises that a log of a race can show broken. */
export type PromiseId = 'S1' | 'S2' | 'S3' | 'S4' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S12' | 'S15' | 'S16';

export interface Violation {
  readonly promise: PromiseId;
  readonly what: string;
}

/** What was found broken, all of it. */
export class Violations {
  readonly #found: Violation[] = [];

  get found(): readonly Violation[] {
    return this.#found;
  }

  add(promise: PromiseId, what: string): void {
    this.#found.push({ promise, what });
  }

  unless(kept: boolean, promise: PromiseId, what: string): void {
    if (!kept) this.add(promise, what);
  }
}
