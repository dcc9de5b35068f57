import type { LeaseStore } from '@lease/core';
import type { Sql } from 'postgres';
import { judge } from './checker/judge.js';
import type { Tally } from './checker/tally.js';
import { type Violation, Violations } from './checker/violations.js';
import { installLog } from './log/install.js';
import { readLog } from './log/read.js';
import type { Answer } from './play/answers.js';
import { drain } from './play/drain.js';
import { Player } from './play/player.js';
import { watchSnapshots } from './play/snapshots.js';
import { GRACE_MS, Stage } from './play/stage.js';
import { recount } from './recount.js';
import { reset } from './reset.js';

export interface FieldOptions {
  /** Opens one replica's store on the schema, with a pool of so many connections; the first one makes the schema. */
  readonly open: (schema: string, maxConnections: number) => Promise<LeaseStore>;
  /** For arranging and looking. */
  readonly sql: Sql;
  /** A schema that does not exist yet. */
  readonly schema: string;
  /** Connections of all replicas, and players. A multiple of 8. */
  readonly connections: number;
}

export interface RaceReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly calls: number;
  /** Calls that got no answer within their deadline. */
  readonly unanswered: number;
  readonly events: number;
  readonly snapshots: number;
  readonly counts: Tally['counts'];
  /** Answers by what they say. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Of one replica's pool. */
const POOL = 8;

/** A schema that logs what happens in it, and replicas on it. Races are run on it one after the other. */
export class Field {
  readonly #options: FieldOptions;
  readonly #stores: readonly LeaseStore[];

  private constructor(options: FieldOptions, stores: readonly LeaseStore[]) {
    this.#options = options;
    this.#stores = stores;
  }

  static async open(options: FieldOptions): Promise<Field> {
    const { open, sql, schema, connections } = options;
    const stores = [await open(schema, POOL)];
    await installLog(sql, schema, 0.015);
    while (stores.length < connections / POOL) stores.push(await open(schema, POOL));
    return new Field(options, stores);
  }

  /**
   * Lets many players loose on a few objects for so long, collects what is left, and judges all that was committed and
   * answered. The seed chooses the calls; when they meet is the server's affair, so a run cannot be repeated exactly.
   */
  async race(seed: number, forMs: number): Promise<RaceReport> {
    const { sql, schema, connections } = this.#options;
    await reset(sql, `"${schema}"`, ['race_log']);
    const stage = new Stage(seed);
    const players = Array.from({ length: connections }, (_, index) => {
      const store = this.#stores[index % this.#stores.length] as LeaseStore;
      return new Player(`player-${index}`, store, stage, seed * 1_000 + index);
    });
    const violations = new Violations();
    const snapshots = await play(players, forMs, (until) => watchSnapshots(sql, schema, until, violations));

    const answers = players.flatMap((player) => player.answers);
    const store = this.#stores[0] as LeaseStore;
    await drain(store, answers);
    const events = await readLog(sql, schema);
    const unanswered = players.reduce((sum, player) => sum + player.unanswered, 0);
    const verdict = judge({ events, answers, graceMs: GRACE_MS, unanswered });
    recount(await store.stats(), verdict.tally.counts, answers, unanswered, violations);
    return {
      seed,
      violations: [...violations.found, ...verdict.violations],
      calls: players.reduce((sum, player) => sum + player.calls, 0),
      unanswered,
      events: events.length,
      snapshots,
      counts: verdict.tally.counts,
      answers: kindsOf(answers),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
  }
}

/** Returns what the watch, which looks on meanwhile, returned. Whoever fails stops all. */
async function play<T>(
  players: readonly Player[],
  forMs: number,
  watch: (until: () => boolean) => Promise<T>,
): Promise<T> {
  const end = performance.now() + forMs;
  let over = false;
  const stop = () => {
    over = true;
  };
  const playing = players.map((player) => player.play(() => over || performance.now() >= end));
  const watching = watch(() => over).finally(stop);
  const results = await Promise.allSettled([Promise.all(playing).finally(stop), watching]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return watching;
}

function kindsOf(answers: readonly Answer[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const answer of answers) {
    const kind = `${answer.verb} ${kindOf(answer)}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

function kindOf(answer: Answer): string {
  switch (answer.verb) {
    case 'create':
      if (answer.result.outcome === 'refused') return answer.result.reason;
      return answer.result.replayed ? 'replayed' : answer.result.lease.revived ? 'revived' : 'done';
    case 'renew':
    case 'release':
      return answer.result.outcome === 'refused' ? answer.result.reason : 'done';
    case 'claim':
      return answer.claims.length > 0 ? 'some' : 'none';
    case 'settle':
      return answer.result;
    case 'sweep':
      return answer.report.status;
  }
}
