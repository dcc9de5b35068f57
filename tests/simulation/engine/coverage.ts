/** How often each was met, by its name. */
export interface Counts {
  readonly faults: ReadonlyMap<string, number>;
  readonly pairs: ReadonlyMap<string, number>;
}

/** How often each fault was injected, and each pair of a state and an event met. */
export class Coverage implements Counts {
  readonly faults = new Map<string, number>();
  readonly pairs = new Map<string, number>();

  fault(kind: string): void {
    count(this.faults, kind, 1);
  }

  /** By its name in the tables. */
  pair(name: string): void {
    count(this.pairs, name, 1);
  }

  add(other: Counts): void {
    for (const [kind, times] of other.faults) count(this.faults, kind, times);
    for (const [name, times] of other.pairs) count(this.pairs, name, times);
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
