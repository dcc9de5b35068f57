import type { Event, LeaseRow, ObjectRow } from '../log/event.js';
import { judgeStep } from './judge-step.js';
import { newStep, stampsOf, type Step } from './step.js';
import type { Tally } from './tally.js';
import type { Violations } from './violations.js';

/** An object that is or was, with the step that is under way. */
interface Entry {
  readonly objectKey: string;
  row: ObjectRow | undefined;
  readonly active: Set<string>;
  generation: number;
  fence: number;
  stamp: number;
  step: Step | undefined;
}

/** Gathers what each transaction did to each object, and has it judged as a whole. */
export class ObjectBook {
  readonly #violations: Violations;
  readonly #tally: Tally;
  readonly #objects = new Map<string, Entry>();
  readonly #objectOfRun = new Map<string, string>();
  readonly #stateOfLease = new Map<string, LeaseRow['state']>();

  constructor(violations: Violations, tally: Tally) {
    this.#violations = violations;
    this.#tally = tally;
  }

  note(event: Event): void {
    const { tx, op } = event;
    switch (event.noun) {
      case 'lease':
        this.#noteLease(event);
        break;
      case 'object':
        this.#noteObject(this.#stepOn(event.row.objectKey, tx), op, event.row);
        break;
      case 'attempt':
        if (op === 'INSERT') this.#stepOn(this.#objectOf(event.row.cleanupId), tx).attempts.push(event.row);
        break;
      case 'finished':
        if (op === 'INSERT') this.#stepOn(event.row.objectKey, tx).finished.push(event.row);
    }
  }

  /** Judges what is under way still: the log is at its end. */
  finish(): void {
    for (const entry of this.#objects.values()) this.#close(entry);
  }

  #noteLease({ tx, op, row }: Extract<Event, { noun: 'lease' }>): void {
    const before = this.#stateOfLease.get(row.leaseId);
    if (op === 'DELETE') this.#stateOfLease.delete(row.leaseId);
    else this.#stateOfLease.set(row.leaseId, row.state);
    // Renewals and the sweep's notes take no lock on the object, and may stand between the parts of another's step.
    if (op === 'DELETE' || row.state === before) return;
    const step = this.#stepOn(row.objectKey, tx);
    const { active } = this.#entry(row.objectKey);
    if (row.state === 'ACTIVE') {
      step.begun.push(row);
      active.add(row.leaseId);
    } else {
      step.ended.push(row);
      active.delete(row.leaseId);
    }
  }

  #noteObject(step: Step, op: Event['op'], row: ObjectRow): void {
    if (op === 'DELETE') step.dropped = row;
    step.after = op === 'DELETE' ? undefined : row;
    if (row.cleanupId !== null) this.#objectOfRun.set(row.cleanupId, row.objectKey);
  }

  #objectOf(cleanupId: string): string {
    return this.#objectOfRun.get(cleanupId) ?? `of the unknown cleanup ${cleanupId}`;
  }

  #entry(objectKey: string): Entry {
    const known = this.#objects.get(objectKey);
    if (known) return known;
    const entry: Entry = {
      ...{
        objectKey,
        row: undefined,
        active: new Set<string>(),
        generation: 0,
        fence: 0,
        stamp: 0,
        step: undefined,
      },
    };
    this.#objects.set(objectKey, entry);
    return entry;
  }

  #stepOn(objectKey: string, tx: string): Step {
    const entry = this.#entry(objectKey);
    if (entry.step?.tx !== tx) this.#close(entry);
    return (entry.step ??= newStep(tx, entry.row));
  }

  #close(entry: Entry): void {
    const { step } = entry;
    if (step === undefined) return;
    judgeStep(entry.objectKey, step, entry, this.#violations);
    this.#tally.count(step);
    entry.step = undefined;
    entry.row = step.after;
    entry.generation = Math.max(entry.generation, step.after?.generation ?? 0);
    entry.fence = Math.max(entry.fence, step.after?.fence ?? 0);
    entry.stamp = Math.max(entry.stamp, ...stampsOf(step));
  }
}
