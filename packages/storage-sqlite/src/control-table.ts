import { type Instant, TYPE_GROUPS, typeGroup } from '@lease/core';
import { type ControlRecord, newControl, noneByType } from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';

/** The control row. Live in memory, written once per commit however often it changed. */
export class ControlTable {
  readonly #select: Statement;
  readonly #activeByType: Statement;
  readonly #replace: Statement;
  readonly #wallNow: Instant;
  /** Unset: to be read again. */
  #record: ControlRecord | undefined;
  #changed = false;

  /** `wallNow` is what the clock of a new store starts at. */
  constructor(database: Database, wallNow: Instant) {
    this.#select = database.prepare('select control from control').raw();
    this.#activeByType = database
      .prepare(
        `select substr(object_key, 1, instr(object_key, '/') - 1), count(*) from lease where state = 'ACTIVE' group by 1`,
      )
      .raw();
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
    return row === undefined ? newControl(this.#wallNow) : this.#counted(JSON.parse(row[0]) as ControlRecord);
  }

  /** A version that knew no counts by type left none behind, or let them stand while it went on. */
  #counted(record: ControlRecord): ControlRecord {
    const { totals } = record;
    if (!Object.hasOwn(totals, 'activeByType')) totals.activeByType = noneByType();
    const sum = TYPE_GROUPS.reduce((total, group) => total + totals.activeByType[group], 0);
    if (sum === totals.active) return record;
    totals.activeByType = noneByType();
    for (const [type, count] of this.#activeByType.all() as unknown as readonly [string, number][]) {
      totals.activeByType[typeGroup(type)] += count;
    }
    return record;
  }
}
