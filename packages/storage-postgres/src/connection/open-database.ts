import { StoreUnavailableError, type Random } from '@lease/core';
import { ConnectionLane } from './connection-lane.js';
import { Connection, type PoolerSighting } from './connection.js';
import type { DatabaseOptions } from './database-options.js';
import type { ConnectionTally, Database, Lane, LockWait, SqlValue } from './database.js';
import { Deadline } from './deadline.js';
import { encodeValue } from './encode-value.js';
import { isLockTimeout, judgeError, unavailable } from './judge-error.js';
import { lockWaitMs, sessionSettings } from './session-settings.js';
import { settleOptions, type SettledOptions } from './settled-options.js';

/** Tries of a call that meets contention. About 1 % of calls need a second one under absurd load, and few a third. */
const MAX_TRIES = 6;
/** The first pause between two tries is up to this long; it doubles. A lock that is contended is held for a commit or two. */
const FIRST_PAUSE_MS = 10;
/** From so many connections on, two are reserved for the sweep: its own, and one for what it claims and settles. */
const CONNECTIONS_FOR_TWO = 4;

/** Opens no connection yet. Throws a `TypeError` that names the option which is wrong. */
export function openDatabase(options: DatabaseOptions): Database {
  return new PostgresDatabase(settleOptions(options));
}

class PostgresDatabase implements Database {
  readonly schema: string;
  readonly #options: SettledOptions;
  readonly #lanes: Readonly<Record<Lane, ConnectionLane>>;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(options: SettledOptions) {
    this.#options = options;
    this.schema = options.schema.quoted;
    const { target, callTimeoutMs, maxConnections } = options;
    const settings = sessionSettings(callTimeoutMs);
    const pooler: PoolerSighting = { seen: false };
    const open = (onLost: (connection: Connection) => void) =>
      Connection.open({ target, settings, pooler, onLost });
    const reserved = maxConnections >= CONNECTIONS_FOR_TWO ? 2 : 1;
    this.#lanes = {
      rpc: new ConnectionLane(maxConnections - reserved, open),
      sweep: new ConnectionLane(reserved, open),
    };
  }

  async call<Row extends object>(
    lane: Lane,
    text: string,
    values: readonly SqlValue[] = [],
    lockWait: LockWait = 'repeatedly',
  ): Promise<readonly Row[]> {
    if (this.#closing) throw new StoreUnavailableError('the store is closed');
    const encoded = values.map(encodeValue);
    const call = this.#tryCall(lane, (connection) => connection.query(text, encoded), lockWait);
    const over = () => this.#underWay.delete(call);
    this.#underWay.add(call);
    call.then(over, over);
    return (await call) as readonly Row[];
  }

  connections(): ConnectionTally {
    const { rpc, sweep } = this.#lanes;
    const [a, b] = [rpc.tally, sweep.tally];
    return { limit: a.limit + b.limit, used: a.used + b.used, waiting: a.waiting + b.waiting };
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #tryCall<T>(
    lane: Lane,
    work: (connection: Connection) => Promise<T>,
    lockWait: LockWait,
  ): Promise<T> {
    const { clock, callTimeoutMs, random, target } = this.#options;
    const deadline = new Deadline(clock, callTimeoutMs);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#lanes[lane].use(deadline, work);
      } catch (error) {
        const verdict = judgeError(error);
        if (verdict === 'bug') throw error;
        const pauseMs = jittered(tries, random);
        // Another wait for the same lock must not end at the deadline: that would cost the connection.
        const tooLate = pauseMs + lockWaitMs(callTimeoutMs) >= deadline.leftMs;
        const waited = lockWait === 'once' && isLockTimeout(error);
        if (verdict === 'unavailable' || tries === MAX_TRIES || tooLate || waited) {
          throw unavailable(target.name, error);
        }
        await new Promise<void>((resolve) => clock.schedule(pauseMs, resolve));
      }
    }
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.close()));
  }
}

function jittered(tries: number, random: Random): number {
  return random.next() * FIRST_PAUSE_MS * 2 ** (tries - 1);
}
