/**
 * How long an endpoint is offered its probe until it is the turn of those behind it, and how long none is offered after a
 * claim that was not full. A claim that offers half-open endpoints takes one cleanup of every endpoint, so that whoever
 * has more due needs a second claim: four times a second nobody notices, at every claim they would. A full one costs
 * nobody anything: as many endpoints as it had room for had something due.
 */
export const LOOK_INTERVAL_MS = 250;

/**
 * The endpoints that wait for their probe, in the order of their turns.
 *
 * A claim that is full says nothing of those that it did not reach. In a storm all are full, for minutes: so the offer
 * stands for more than one claim, which lets the store's round robin come past, and ends all the same, which lets the next
 * in line have theirs (L3).
 */
export class ProbeLine {
  /** With the instant since which each is offered its probe; unset: its turn has not come. */
  readonly #sinceMs = new Map<string, number | undefined>();
  #nextLookMs = -Infinity;

  has(endpoint: string): boolean {
    return this.#sinceMs.has(endpoint);
  }

  join(endpoint: string): void {
    this.#sinceMs.set(endpoint, undefined);
  }

  leave(endpoint: string): void {
    this.#sinceMs.delete(endpoint);
  }

  /**
   * Who may be probed by a claim of at most `limit` cleanups, while there is `room` for so many probes: as many as there is
   * room for, or all, if the claim cannot take more than that.
   */
  offer(nowMs: number, limit: number, room: number): readonly string[] {
    if (room <= 0 || nowMs < this.#nextLookMs) return [];
    this.#moveOn(nowMs);
    const waiting = [...this.#sinceMs.keys()];
    const inTurn = waiting.slice(0, room);
    for (const endpoint of inTurn) this.#sinceMs.set(endpoint, this.#sinceMs.get(endpoint) ?? nowMs);
    return limit <= room ? waiting : inTurn;
  }

  /** The claim took all that was due: those that were offered and not claimed have nothing due, and go to the end. */
  nothingDue(endpoints: readonly string[], nowMs: number): void {
    for (const endpoint of endpoints) this.#toEnd(endpoint);
    this.#nextLookMs = nowMs + LOOK_INTERVAL_MS;
  }

  /** The next claim offers probes, whatever the one before found. */
  hurry(): void {
    this.#nextLookMs = -Infinity;
  }

  #moveOn(nowMs: number): void {
    for (const [endpoint, sinceMs = nowMs] of [...this.#sinceMs]) {
      if (nowMs - sinceMs >= LOOK_INTERVAL_MS) this.#toEnd(endpoint);
    }
  }

  #toEnd(endpoint: string): void {
    if (this.#sinceMs.delete(endpoint)) this.#sinceMs.set(endpoint, undefined);
  }
}
