import type { Coverage } from './coverage.js';
import type { Dice } from './dice.js';
import type { Scheduler } from './scheduler.js';
import type { Trace } from './trace.js';

/** Who talks to whom. */
export type LinkKind = 'client' | 'store' | 'callback';

/** How badly one kind of link treats its messages. Shares are of messages. */
export interface Weather {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Messages that are late by up to `lateMs`, and so overtaken by later ones. */
  readonly late: number;
  readonly lateMs: number;
  readonly requestLost: number;
  readonly replyLost: number;
  readonly duplicated: number;
}

export type Direction = 'request' | 'reply';

/** Carries messages between stations: late, twice, in any order, or not at all. */
export class Network {
  weather: Readonly<Record<LinkKind, Weather>>;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #trace: Trace;
  readonly #coverage: Coverage;
  readonly #cuts = new Map<string, number>();

  constructor(
    scheduler: Scheduler,
    dice: Dice,
    weather: Readonly<Record<LinkKind, Weather>>,
    { trace, coverage }: { readonly trace: Trace; readonly coverage: Coverage },
  ) {
    this.#scheduler = scheduler;
    this.#dice = dice;
    this.weather = weather;
    this.#trace = trace;
    this.#coverage = coverage;
  }

  /** How often a request arrives: mostly once. */
  copies(link: LinkKind, label: string): number {
    const { duplicated } = this.weather[link];
    if (duplicated === 0 || !this.#dice.throw(`copies of ${label}`).hits(duplicated)) return 1;
    this.#coverage.fault(`${link}-duplicated`);
    return 2;
  }

  /** Delivers after a delay, or loses the message. `label`: what it is about, for the trace and for its luck. */
  carry(
    link: LinkKind,
    direction: Direction,
    route: readonly [string, string],
    label: string,
    arrive: () => void,
  ) {
    const { minDelayMs, maxDelayMs, late, lateMs, requestLost, replyLost } = this.weather[link];
    const [from, to] = route;
    const chance = this.#dice.throw(`${direction} ${label} ${placeOf(from)} ${placeOf(to)}`);
    let delayMs = minDelayMs + chance.next() * (maxDelayMs - minDelayMs);
    const isLate = chance.hits(late);
    if (isLate) delayMs += chance.next() * lateMs;
    const isLost = chance.hits(direction === 'request' ? requestLost : replyLost);
    if (isLate) this.#coverage.fault(`${link}-late`);
    if (isLost) {
      this.#coverage.fault(`${link}-${direction}-lost`);
      this.#trace.note(from, `${direction} ${label} to ${to} is lost`);
      return;
    }
    this.#scheduler.after(delayMs, () => {
      if (this.#isCut(from, to)) {
        this.#coverage.fault(`${link}-cut-off`);
        this.#trace.note(from, `${direction} ${label} to ${to} is cut off`);
        return;
      }
      arrive();
    });
  }

  /** Nothing passes between the two for a while. Places, not processes: a restarted replica is where it was. */
  cut(a: string, b: string, forMs: number): void {
    const key = cutKey(a, b);
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1);
    this.#scheduler.after(forMs, () => this.#cuts.set(key, (this.#cuts.get(key) ?? 1) - 1));
  }

  #isCut(from: string, to: string): boolean {
    return (this.#cuts.get(cutKey(placeOf(from), placeOf(to))) ?? 0) > 0;
  }
}

/** `replica-1#3` is the third process at `replica-1`. */
function placeOf(name: string): string {
  const hash = name.indexOf('#');
  return hash < 0 ? name : name.slice(0, hash);
}

function cutKey(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
