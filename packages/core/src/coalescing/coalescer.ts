import type { Clock } from '../clock/clock.js';
import { StoreUnavailableError } from '../store/store-unavailable-error.js';
import { Line, type Part } from './line.js';

/** A failure that took so long is no single connection that was lost: the store is away. */
const SLOW_FAILURE_MS = 1_000;

/** One of a store's verbs over arrays: `results[i]` answers `commands[i]`. */
export type BatchVerb<Command, Result> = (commands: readonly Command[]) => Promise<readonly Result[]>;

/**
 * Makes batches of the concurrent calls of one verb. While a lane is free, a call leaves at the end of its tick, together
 * with those of the same tick. Otherwise it waits in line, and the next lane to come back takes along all it can: batches
 * grow with the load by themselves, and no timer holds a call back for company that may never come.
 */
export class Coalescer<Command, Result> {
  readonly #verb: string;
  readonly #send: BatchVerb<Command, Result>;
  readonly #lanes: number;
  readonly #clock: Clock;
  readonly #line = new Line<Command, Result>();
  #inFlight = 0;
  /** Whether a batch of those whose rows are locked is under way, next to the lanes. */
  #aside = false;
  #tickEnds = false;
  /** Batches in a row that found the store unavailable. */
  #failures = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  /** `verb`: its name, for errors. `lanes`: how many batches may be under way at once. */
  constructor(verb: string, send: BatchVerb<Command, Result>, lanes: number, clock: Clock) {
    this.#verb = verb;
    this.#send = send;
    this.#lanes = lanes;
    this.#clock = clock;
  }

  /**
   * Answers as the verb itself does. A full line throws for every verb, also for create, which has a refusal for it: a
   * refusal says that there is no lease, but this may be the repetition of a create that was done (S12), and nobody has
   * looked.
   */
  call(commands: readonly Command[]): Promise<readonly Result[]> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError('the store is closed'));
    if (commands.length === 0) return Promise.resolve([]);
    if (!this.#line.admits(commands.length)) {
      const behind = `${this.#line.elements} elements of ${this.#verb} wait for the store already`;
      return Promise.reject(new StoreUnavailableError(`${behind}: repeat the call later`));
    }
    return new Promise((resolve, reject) => {
      this.#line.join({ commands, sent: 0, results: [], resolve, reject });
      this.#endTick();
    });
  }

  /** Refuses further calls and resolves once those accepted are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#idle) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  get #idle(): boolean {
    return this.#inFlight === 0 && !this.#aside && this.#line.elements === 0;
  }

  #endTick(): void {
    if (this.#tickEnds) return;
    this.#tickEnds = true;
    queueMicrotask(() => {
      this.#tickEnds = false;
      while (this.#inFlight < this.#lanes && this.#line.elements > 0) void this.#carry();
    });
  }

  async #carry(): Promise<void> {
    const batch = this.#line.takeBatch(this.#lanes - this.#inFlight);
    this.#inFlight += 1;
    await this.#attempt(batch);
    this.#inFlight -= 1;
    this.#goOn();
  }

  /** Gives those whose rows are locked a second chance, where nobody waits for them. */
  async #carryAside(batch: readonly Part<Command, Result>[]): Promise<void> {
    this.#aside = true;
    await this.#attempt(batch, true);
    this.#aside = false;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#idle) for (const resolve of this.#whenIdle.splice(0)) resolve();
    else this.#endTick();
  }

  /** Answers each part, one way or the other; never rejects. */
  async #attempt(batch: readonly Part<Command, Result>[], aside = false): Promise<void> {
    const sent = { atMs: this.#clock.monotonicMs(), failures: this.#failures };
    try {
      const results = await this.#answers(batch.flatMap(({ commands }) => commands));
      this.#failures = 0;
      this.#distribute(batch, results);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) await this.#isolate(batch, error, aside);
      else if (batch.some((part) => isStuck(part, error))) await this.#passBy(batch, error, aside);
      else this.#giveUp(batch, error, sent);
    }
  }

  async #answers(commands: readonly Command[]): Promise<readonly Result[]> {
    const results = await this.#send(commands);
    if (results.length === commands.length) return results;
    const counts = `${results.length} results for ${commands.length} commands`;
    throw new Error(`the store gave ${counts} of ${this.#verb}: it breaks its contract`);
  }

  #distribute(batch: readonly Part<Command, Result>[], results: readonly Result[]): void {
    let from = 0;
    for (const { call, commands } of batch) {
      call.results.push(...results.slice(from, from + commands.length));
      from += commands.length;
      // The rest of a long call joins the line anew: its parts follow one another, and others get in between.
      if (call.sent < call.commands.length) this.#line.join(call);
      else call.resolve(call.results);
    }
  }

  /**
   * The batch may or may not have happened; its callers may repeat it. A quick failure may be one lost connection, and the
   * line goes on. After a slow one, or the second in a row, everybody in line fails as well: they have waited for one
   * deadline of the store, and need what is left of their own to try another replica (F4).
   */
  #giveUp(
    batch: readonly Part<Command, Result>[],
    error: StoreUnavailableError,
    sent: { readonly atMs: number; readonly failures: number },
  ): void {
    // Batches that were under way together met one event.
    this.#failures = Math.min(this.#failures, sent.failures) + 1;
    const slow = this.#clock.monotonicMs() - sent.atMs >= SLOW_FAILURE_MS;
    for (const { call } of batch) call.reject(error);
    if (slow || this.#failures > 1) for (const call of this.#line.takeAll()) call.reject(error);
  }

  /**
   * Whoever needs a locked row waits no longer on the lane, where everybody waits with them; the others go again. The rows
   * may have been locked for a moment only, as a busy service's are, so there is a second try; but only one batch of them
   * at a time, or they would take all the connections.
   */
  async #passBy(
    batch: readonly Part<Command, Result>[],
    error: StoreUnavailableError,
    aside: boolean,
  ): Promise<void> {
    const stuck = batch.filter((part) => isStuck(part, error));
    const free = batch.filter((part) => !isStuck(part, error));
    if (aside || this.#aside) for (const { call } of stuck) call.reject(error);
    else void this.#carryAside(stuck);
    if (free.length > 0) await this.#attempt(free, aside);
  }

  /**
   * No store may throw anything else. If one does, some element poisoned the batch, and its caller is found by halving:
   * of 500 callers in some 20 further calls, where 500 would keep the lane from everybody else. Commands that are
   * repeated by this do no harm: every verb is idempotent.
   */
  async #isolate(batch: readonly Part<Command, Result>[], error: unknown, aside: boolean): Promise<void> {
    if (batch.length === 1) {
      for (const { call } of batch) call.reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await this.#attempt(batch.slice(0, middle), aside);
    await this.#attempt(batch.slice(middle), aside);
  }
}

function isStuck(
  { commands }: { readonly commands: readonly unknown[] },
  { stuck }: StoreUnavailableError,
): boolean {
  return commands.some((command) => stuck?.has(command));
}
