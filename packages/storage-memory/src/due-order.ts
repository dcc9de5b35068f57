import type { ClaimCleanups, Instant } from '@lease/core';
import type { ObjectRecord } from '@lease/core/serial-store';
import { type Heapable, IndexedHeap } from './indexed-heap.js';

/** A pending object's place in the order of its endpoint. */
export interface DueSlot extends Heapable {
  readonly object: ObjectRecord;
  queue: EndpointQueue | undefined;
  /** The record's `dueAt` when it was put in order. */
  dueAt: Instant;
}

interface EndpointQueue extends Heapable {
  readonly endpoint: string;
  readonly slots: IndexedHeap<DueSlot>;
}

const headDueAt = (queue: EndpointQueue): Instant => queue.slots.peek()?.dueAt ?? Infinity;

/**
 * Pending objects, per endpoint by due time. Endpoints with due work stand in a rotation and are served in turn, so that
 * neither a long backlog nor a dead endpoint holds up the others (L3); the rest wait in a heap by their next due time.
 */
export class DueOrder {
  readonly #queues = new Map<string, EndpointQueue>();
  readonly #waiting = new IndexedHeap<EndpointQueue>((a, b) => headDueAt(a) < headDueAt(b));
  /** In the order of their turns: a map keeps the order of insertion. */
  readonly #rotation = new Map<string, EndpointQueue>();

  add(slot: DueSlot, endpoint: string, dueAt: Instant): void {
    let queue = this.#queues.get(endpoint);
    if (queue === undefined) {
      queue = { endpoint, slots: new IndexedHeap((a, b) => a.dueAt < b.dueAt), heapIndex: -1 };
      this.#queues.set(endpoint, queue);
    }
    if (queue.heapIndex >= 0) this.#waiting.remove(queue);
    slot.queue = queue;
    slot.dueAt = dueAt;
    queue.slots.push(slot);
    if (!this.#rotation.has(endpoint)) this.#waiting.push(queue);
  }

  remove(slot: DueSlot): void {
    const { queue } = slot;
    if (queue === undefined) return;
    slot.queue = undefined;
    if (queue.heapIndex >= 0) this.#waiting.remove(queue);
    queue.slots.remove(slot);
    if (queue.slots.size === 0) this.#forget(queue);
    else if (!this.#rotation.has(queue.endpoint)) this.#waiting.push(queue);
  }

  /** See `SerialTables.takeDue`. What is taken leaves the order. */
  take(now: Instant, claim: ClaimCleanups): readonly ObjectRecord[] {
    this.#promote(now);
    const busy = new Set(claim.busyEndpoints);
    const serving: EndpointQueue[] = [];
    const idle: EndpointQueue[] = [];
    for (const queue of this.#rotation.values()) {
      if (serving.length === claim.limit) break;
      // Its due work may have been revived or forgotten since its turn: it must not take a slot from the others.
      if (headDueAt(queue) > now) idle.push(queue);
      else if (!busy.has(queue.endpoint)) serving.push(queue);
    }
    const taken: ObjectRecord[] = [];
    for (let round = 0; round < claim.perEndpointLimit && taken.length < claim.limit; round += 1) {
      const before = taken.length;
      for (const queue of serving) {
        if (taken.length === claim.limit) break;
        if (headDueAt(queue) > now) continue;
        const slot = queue.slots.pop();
        if (slot === undefined) continue;
        slot.queue = undefined;
        taken.push(slot.object);
      }
      if (taken.length === before) break;
    }
    for (const queue of [...serving, ...idle]) this.#nextTurn(queue, now);
    return taken;
  }

  /** The earliest due time of all. */
  earliest(): Instant | undefined {
    const first = this.#waiting.peek();
    let earliest = first === undefined ? Infinity : headDueAt(first);
    for (const queue of this.#rotation.values()) earliest = Math.min(earliest, headDueAt(queue));
    return earliest === Infinity ? undefined : earliest;
  }

  #promote(now: Instant): void {
    for (let queue = this.#waiting.peek(); queue !== undefined; queue = this.#waiting.peek()) {
      if (headDueAt(queue) > now) return;
      this.#waiting.pop();
      this.#rotation.set(queue.endpoint, queue);
    }
  }

  /** To the end of the rotation, out of it, or gone. */
  #nextTurn(queue: EndpointQueue, now: Instant): void {
    this.#rotation.delete(queue.endpoint);
    if (queue.slots.size === 0) this.#forget(queue);
    else if (headDueAt(queue) <= now) this.#rotation.set(queue.endpoint, queue);
    else this.#waiting.push(queue);
  }

  #forget(queue: EndpointQueue): void {
    this.#queues.delete(queue.endpoint);
    this.#rotation.delete(queue.endpoint);
  }
}
