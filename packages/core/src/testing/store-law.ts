import type { LeaseStore } from '../store/lease-store.js';

/** Time as the store under test sees it. A `ManualClock` given to the store is one. */
export interface StoreTime {
  /** Moves the store's time on; timers of the store that fall due run. */
  advance(ms: number): Promise<void>;
  /** Steps the machine's wall clock, either way. */
  stepWall(ms: number): void | Promise<void>;
}

/** A fresh store of its own for one law. */
export interface LawContext {
  /** The store, open. After {@link reopen} another instance. */
  readonly store: LeaseStore;
  readonly time: StoreTime;
  /** Closes the store, if it is open, and opens it again on what it kept. */
  reopen(): Promise<void>;
  /** Closes the store, if it is open, and frees what it kept. */
  close(): Promise<void>;
}

/** A promise that every store keeps, as a case that any test runner can run. */
export interface StoreLaw {
  /** The ids of the promises and races that this law proves, e.g. `S12` or `S8 R8`. */
  readonly id: string;
  /** `<id>: <promise>`. Unique. */
  readonly name: string;
  /** Resolves if the store keeps the law; rejects with what it did instead. The store is fresh and the caller's to close. */
  run(context: LawContext): Promise<void>;
}
