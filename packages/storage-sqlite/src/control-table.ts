import type { Instant } from '@lease/core';
import { type ControlRecord, newControl } from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';

/** The control row. Live in memory, written once per commit however often it changed. */
export class ControlTable {
  readonly #select: Statement;
  readonly #replace: Statement;
  readonly #wallNow: Instant;
  /** Unset: to be read again. */
  #record: ControlRecord | undefined;
  #changed = false;

  /** `wallNow` is what the clock of a new store starts at. */
  constructor(database: Database, wallNow: Instant) {
    this.#select = database.prepare('select control from control').raw();
    this.#replace = database.prepare('insert or replace into control (one, control) values (1, ?)');
    this.#wallNow = wallNow;
  }

  get record(): ControlRecord {
    return (this.#record ??= this.#read());
  }

  /** The row changes with this transaction. */
  save(now: Instant): void {
    this.record.now = now;
    this.#changed = true;
  }

  /** Before the commit. */
  flush(): void {
    if (!this.#changed) return;
    this.#replace.run(JSON.stringify(this.record));
    this.#changed = false;
  }

  /** At a rollback: what was changed in memory did not happen. Cannot fail, even if the file cannot be read just now. */
  discard(): void {
    this.#record = undefined;
    this.#changed = false;
  }

  #read(): ControlRecord {
    const row = this.#select.get() as [string] | undefined;
    return row === undefined ? newControl(this.#wallNow) : (JSON.parse(row[0]) as ControlRecord);
  }
}
