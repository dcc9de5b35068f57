import type { Process } from '../engine/process.js';
import { callbackExecutor } from '../nodes/callback-executor.js';
import { remoteStore } from '../nodes/remote-store.js';
import { Replica } from '../nodes/replica.js';
import { startProcess } from './start-process.js';
import type { Surroundings } from './surroundings.js';

/** How soon a supervisor starts a successor, unless told otherwise. */
const RESTART_MS = 100;

/** How much longer than a zombie sleeps endpoints hang: its successor is at work when it wakes. */
const HANG_BEYOND_MS = 5_000;

/** When the store granted it claims, before it knows; when a callback left. */
type Moment = 'granted' | 'granted-again' | 'sent';

/** Waits for whichever replica comes to that moment first. */
export interface Trap {
  readonly at: Moment;
  readonly forMs: number;
  sprung: boolean;
}

/** One address at which one replica after another runs, each under a new identity. */
export class ReplicaSite {
  readonly name: string;
  /** The latest one; perhaps dead. */
  replica: Replica;
  readonly #around: Surroundings;
  #starts = 0;
  #trap: Trap | undefined;
  #backAfterMs = RESTART_MS;
  #downUntilMs = 0;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.replica = this.#start();
  }

  /** One that is frozen is spared: what it does when it wakes is worth more than its death. */
  crash(backAfterMs: number): void {
    if (!this.replica.process.paused) this.#kill(backAfterMs);
  }

  #kill(backAfterMs: number): void {
    this.#backAfterMs = backAfterMs;
    this.replica.process.kill();
  }

  crashAtCall(calls: number, sent: boolean, backAfterMs: number): void {
    this.#backAfterMs = backAfterMs;
    this.replica.process.armFuse(calls, sent);
  }

  /** Down, and not started again before this is over. */
  blackOut(forMs: number): void {
    this.#downUntilMs = Math.max(this.#downUntilMs, this.#around.scheduler.nowMs + forMs);
    this.#kill(0);
  }

  /** Stops it at that moment of its next attempt, unless another replica was there first, and lets all endpoints hang. */
  lay(trap: Trap): void {
    this.#trap = trap;
  }

  /** What was to happen and did not so far will not happen. */
  disarm(): void {
    this.#trap = undefined;
    this.replica.process.disarmFuse();
  }

  #reached(at: Moment, process: Process): void {
    if (this.#trap?.at !== at || this.#trap.sprung) return;
    const { forMs } = this.#trap;
    this.#trap.sprung = true;
    this.#around.coverage.fault(`zombie-${at}`);
    process.pause(forMs);
    this.#around.trace.note(process.name, `freezes for ${Math.round(forMs)} ms, its claims ${at}`);
    this.#around.lasts(forMs);
    for (const endpoint of this.#around.endpoints) endpoint.behave('hanging', forMs + HANG_BEYOND_MS);
  }

  #start(): Replica {
    const { scheduler, network, storeNode, endpoints, books, shape, trace, verdict, sabotage } = this.#around;
    this.#starts += 1;
    const { process, chance } = startProcess(this.#around, `${this.name}#${this.#starts}`, 'replicas');
    process.onDeath(() => {
      this.#died(process);
    });
    trace.note(process.name, 'starts');
    books.takeovers.started();
    const store = remoteStore(network, process, storeNode, (claims) => {
      this.#reached('granted', process);
      if (claims.some(({ attempt }) => attempt > 1)) this.#reached('granted-again', process);
    });
    const byOrigin = new Map(endpoints.map((endpoint) => [new URL(endpoint.url).origin, endpoint]));
    const honest = callbackExecutor({
      ...books,
      network,
      process,
      trace,
      endpoints: byOrigin,
      left: () => {
        // Not at once: what the process is in the middle of goes on to its end.
        scheduler.after(0, () => {
          this.#reached('sent', process);
        });
      },
    });
    const executor = sabotage.executor?.(honest) ?? honest;
    return new Replica({ process, store, executor, random: chance, shape, verdict, pairs: books.pairs });
  }

  #died({ name }: Process): void {
    const { scheduler, trace, books } = this.#around;
    trace.note(name, 'dies');
    books.takeovers.died();
    books.attempts.claimantDied();
    const backMs = Math.max(scheduler.nowMs + this.#backAfterMs, this.#downUntilMs);
    this.#backAfterMs = RESTART_MS;
    scheduler.at(backMs, () => {
      // A blackout that began meanwhile.
      if (scheduler.nowMs < this.#downUntilMs)
        scheduler.at(this.#downUntilMs, () => (this.replica = this.#start()));
      else this.replica = this.#start();
    });
  }
}
