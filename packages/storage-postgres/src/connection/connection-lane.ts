import type { Connection } from './connection.js';
import type { ConnectionTally } from './database.js';
import type { Deadline } from './deadline.js';
import { isConnectionUsable } from './judge-error.js';
import { Permits } from './permits.js';

/** Opens a connection; what it returns first can be destroyed while it is still being opened. */
export type Open = (onLost: (connection: Connection) => void) => {
  readonly connection: Connection;
  readonly ready?: Promise<void>;
};

/** A few connections, each for one call at a time. They are opened when needed and kept until they are lost. */
export class ConnectionLane {
  readonly #size: number;
  readonly #permits: Permits;
  readonly #open: Open;
  readonly #idle: Connection[] = [];

  constructor(size: number, open: Open) {
    this.#size = size;
    this.#permits = new Permits(size);
    this.#open = open;
  }

  /** How it is used, now. */
  get tally(): ConnectionTally {
    const { free, waiting } = this.#permits;
    return { limit: this.#size, used: this.#size - free, waiting };
  }

  /** Lends a connection to the work. At the deadline the connection is destroyed, so that the work cannot hang. */
  async use<T>(deadline: Deadline, work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#permits.take(deadline);
    try {
      return await this.#lend(deadline, work);
    } finally {
      this.#permits.giveBack();
    }
  }

  /** Ends the idle connections. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async #lend<T>(deadline: Deadline, work: (connection: Connection) => Promise<T>): Promise<T> {
    const idle = this.#idle.pop();
    const { connection, ready } = idle ? { connection: idle } : this.#open((lost) => this.#drop(lost));
    let open = idle !== undefined;
    const cancel = deadline.onExpiry(() => {
      connection.destroy();
      // Who does not answer here hardly answers there: each of them would cost another call its deadline.
      for (const other of this.#idle.splice(0)) other.destroy();
    });
    try {
      await ready;
      open = true;
      const result = await work(connection);
      this.#keep(connection);
      return result;
    } catch (error) {
      if (open && isConnectionUsable(error)) this.#keep(connection);
      else connection.destroy();
      throw deadline.passed ? deadline.error('no answer came') : error;
    } finally {
      cancel();
    }
  }

  #keep(connection: Connection): void {
    if (!connection.lost) this.#idle.push(connection);
  }

  #drop(lost: Connection): void {
    const index = this.#idle.indexOf(lost);
    if (index >= 0) this.#idle.splice(index, 1);
  }
}
