import { setTimeout as delay } from 'node:timers/promises';
import type { ReservedSql, Sql } from 'postgres';

/** Longer than any schedule of these takes on a busy machine. */
const DEADLINE_MS = 10_000;

/** A call that was sent and may still be under way. */
export interface Sent<T> {
  readonly answer: Promise<T>;
  /** Whether it was answered, or failed. */
  readonly ended: boolean;
}

/** Sends a call without waiting for its answer. */
export function send<T>(call: () => Promise<T>): Sent<T> {
  const sent = { answer: call(), ended: false };
  const end = () => (sent.ended = true);
  sent.answer.then(end, end);
  return sent;
}

/** A session that holds something until it is opened. Calls that want it wait for the session, or for each other behind it. */
export class Barrier {
  readonly #session: ReservedSql;
  readonly #sql: Sql;
  readonly #pid: number;
  #shut = true;

  private constructor(session: ReservedSql, sql: Sql, pid: number) {
    this.#session = session;
    this.#sql = sql;
    this.#pid = pid;
  }

  /** `hold`: the statement, run in a transaction of its own, that takes hold. */
  static async shut(sql: Sql, hold: string, values: string[] = []): Promise<Barrier> {
    const session = await sql.reserve();
    await session`begin`;
    await session.unsafe(hold, values);
    const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    if (row === undefined) throw new Error('the session has no process');
    return new Barrier(session, sql, row.pid);
  }

  /** Runs a statement in the session that holds. */
  async run(statement: string, values: string[] = []): Promise<readonly Record<string, unknown>[]> {
    return this.#session.unsafe<Record<string, unknown>[]>(statement, values);
  }

  /** Resolves when all these calls wait behind the barrier, or have ended: a call that should wait and does not has ended. */
  async meets(...calls: readonly Sent<unknown>[]): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const expected = calls.filter(({ ended }) => !ended).length;
      if ((await this.#waiting()) >= expected) return;
      if (performance.now() > deadline) throw new Error(`${expected} calls neither wait nor end`);
      await delay(2);
    }
  }

  /** Commits, and so lets everybody go on. */
  async open(): Promise<void> {
    if (!this.#shut) return;
    this.#shut = false;
    await this.#session`commit`;
    this.#session.release();
  }

  /** How many sessions wait for this one, or for one that does. */
  async #waiting(): Promise<number> {
    const [row] = await this.#sql<{ waiting: number }[]>`
      with recursive edge as materialized (
        select a.pid, unnest(pg_blocking_pids(a.pid)) as blocker from pg_stat_activity a where a.wait_event_type = 'Lock'
      ), behind (pid) as (
        select ${this.#pid}::integer union select edge.pid from edge join behind on edge.blocker = behind.pid
      )
      select count(*)::integer - 1 as waiting from behind`;
    return row?.waiting ?? 0;
  }
}
