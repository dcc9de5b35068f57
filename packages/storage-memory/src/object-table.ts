import type { ClaimCleanups, Cleanup, Instant, ListCleanups } from '@lease/core';
import {
  cleanupView,
  isPending,
  matchesPending,
  type ObjectRecord,
  type Page,
} from '@lease/core/serial-store';
import { type Arrival, ArrivalLog } from './arrival-log.js';
import { DueOrder, type DueSlot } from './due-order.js';

interface Slot extends DueSlot, Arrival {
  /** The pending run that the slot is filed under. */
  cleanupId: string | undefined;
}

/** All objects: by key, the pending ones by their run, by due time, and in the order in which they fell due. */
export class ObjectTable {
  readonly #byKey = new Map<string, Slot>();
  readonly #byCleanup = new Map<string, Slot>();
  readonly #due = new DueOrder();
  readonly #pending = new ArrivalLog<Slot>();

  get(objectKey: string): ObjectRecord | undefined {
    return this.#byKey.get(objectKey)?.object;
  }

  ofCleanup(cleanupId: string): ObjectRecord | undefined {
    return this.#byCleanup.get(cleanupId)?.object;
  }

  insert(object: ObjectRecord): void {
    this.#byKey.set(object.objectKey, {
      object,
      cleanupId: undefined,
      queue: undefined,
      dueAt: 0,
      heapIndex: -1,
      seq: 0,
    });
  }

  save(object: ObjectRecord): void {
    const slot = this.#byKey.get(object.objectKey);
    if (slot === undefined) throw new Error(`object ${object.objectKey} was saved before it was inserted`);
    this.#file(slot, object.run?.cleanupId);
    this.#due.remove(slot);
    if (object.dueAt !== undefined && object.cleanup !== undefined) {
      this.#due.add(slot, object.cleanup.endpoint, object.dueAt);
    }
  }

  drop(object: ObjectRecord): void {
    const slot = this.#byKey.get(object.objectKey);
    if (slot === undefined) return;
    this.#file(slot, undefined);
    this.#due.remove(slot);
    this.#byKey.delete(object.objectKey);
  }

  takeDue(now: Instant, claim: ClaimCleanups): readonly ObjectRecord[] {
    return this.#due.take(now, claim);
  }

  earliestDue(): Instant | undefined {
    return this.#due.earliest();
  }

  page(query: ListCleanups): Page<Cleanup> {
    return this.#pending.page(query.cursor, query.limit, ({ object }) =>
      isPending(object) && matchesPending(object, query) ? cleanupView(object) : undefined,
    );
  }

  /** Keeps the two indexes of pending runs: a slot is in both, or in neither. */
  #file(slot: Slot, cleanupId: string | undefined): void {
    if (slot.cleanupId === cleanupId) return;
    if (slot.cleanupId !== undefined) {
      this.#byCleanup.delete(slot.cleanupId);
      this.#pending.remove(slot);
    }
    slot.cleanupId = cleanupId;
    if (cleanupId !== undefined) {
      this.#byCleanup.set(cleanupId, slot);
      this.#pending.append(slot);
    }
  }
}
