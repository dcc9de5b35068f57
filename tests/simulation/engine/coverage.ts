/** How often each fault was injected and each transition of the two state machines was seen. */
export class Coverage {
  readonly faults = new Map<string, number>();
  readonly transitions = new Map<string, number>();

  fault(kind: string): void {
    count(this.faults, kind, 1);
  }

  /** E.g. `lease ACTIVE > EXPIRED`. */
  transition(name: string): void {
    count(this.transitions, name, 1);
  }

  add(other: Coverage): void {
    for (const [kind, times] of other.faults) count(this.faults, kind, times);
    for (const [name, times] of other.transitions) count(this.transitions, name, times);
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
