import type { Database, Statement } from 'libsql';

/** How many active leases each service has. */
export class ServiceTable {
  readonly #active: Statement;
  readonly #largest: Statement;
  readonly #add: Statement;
  readonly #subtract: Statement;
  readonly #drop: Statement;

  constructor(database: Database) {
    this.#active = database.prepare('select active from service where service_id = ?').raw();
    this.#largest = database.prepare('select max(active) from service').raw();
    this.#add = database.prepare(
      `insert into service (service_id, active) values (?, 1)
       on conflict (service_id) do update set active = active + 1`,
    );
    this.#subtract = database.prepare('update service set active = active - 1 where service_id = ?');
    this.#drop = database.prepare('delete from service where service_id = ? and active = 0');
  }

  active(serviceId: string): number {
    const row = this.#active.get(serviceId) as [number] | undefined;
    return row?.[0] ?? 0;
  }

  /** Of the service that has most. */
  largest(): number {
    const row = this.#largest.get() as [number | null] | undefined;
    return row?.[0] ?? 0;
  }

  addActive(serviceId: string, by: 1 | -1): void {
    if (by === 1) {
      this.#add.run(serviceId);
      return;
    }
    this.#subtract.run(serviceId);
    this.#drop.run(serviceId);
  }
}
