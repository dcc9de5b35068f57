import type { Clock } from '../clock/clock.js';
import { type Pace, Paces, placesFor } from './paces.js';
import { resolvedAddress, type ResolvedAddress, type ResolveName } from './resolve-name.js';

/** The addresses of a name, at least one; or, for people, why there are none. */
export type Resolution =
  | { readonly kind: 'resolved'; readonly answers: readonly ResolvedAddress[] }
  | { readonly kind: 'unresolved'; readonly why: string };

interface Lookup {
  readonly name: string;
  /** Of the name, when it was asked for. */
  readonly pace: Pace;
  /** Who still waits for it. */
  readonly waiters: Set<(resolution: Resolution) => void>;
}

/** Names that wait for their turn; more are not resolved. */
const MAX_WAITING = 10_000;
/** Of one name. Nobody needs more, and all of them are judged at every attempt. */
const MAX_ADDRESSES = 256;

/**
 * Look-ups of names, so many at a time, of each name one at a time: whoever asks for a name that is being looked up waits
 * for the same answer. Nobody waits longer than they said; a look-up that hangs goes on alone, and keeps its place. Names
 * that hung the last time do not get all of the places.
 */
export class Lookups {
  readonly #resolveName: ResolveName;
  readonly #clock: Clock;
  readonly #maxRunning: number;
  readonly #asked = new Map<string, Lookup>();
  /** In the order in which they came. */
  readonly #waiting = { quick: new Set<Lookup>(), new: new Set<Lookup>(), slow: new Set<Lookup>() };
  readonly #paces = new Paces();
  #running = 0;

  constructor(resolveName: ResolveName, clock: Clock, maxRunning: number) {
    this.#resolveName = resolveName;
    this.#clock = clock;
    this.#maxRunning = maxRunning;
  }

  /** Never rejects. `timeoutMs`: for all of it, the wait for its turn included. */
  ask(name: string, timeoutMs: number, signal?: AbortSignal): Promise<Resolution> {
    if (signal?.aborted) return Promise.resolve(unresolved('aborted'));
    const lookup = this.#asked.get(name) ?? { name, pace: this.#paces.of(name), waiters: new Set() };
    if (!this.#asked.has(name)) {
      const waiting = this.#asked.size - this.#running;
      if (waiting >= MAX_WAITING) return Promise.resolve(unresolved('too many names are waiting'));
      this.#asked.set(name, lookup);
      this.#waiting[lookup.pace].add(lookup);
    }
    return new Promise((resolve) => {
      const end = (resolution: Resolution) => {
        cancelTimeout();
        signal?.removeEventListener('abort', abort);
        lookup.waiters.delete(end);
        // Everybody left while it waited: it does not take the place of those that somebody wants.
        if (lookup.waiters.size === 0 && this.#waiting[lookup.pace].delete(lookup)) this.#asked.delete(name);
        resolve(resolution);
      };
      const abort = () => end(unresolved('aborted'));
      const cancelTimeout = this.#clock.schedule(timeoutMs, () =>
        end(unresolved(`no answer within ${Math.round(timeoutMs)} ms`)),
      );
      signal?.addEventListener('abort', abort);
      lookup.waiters.add(end);
      this.#startNext();
    });
  }

  #startNext(): void {
    for (const pace of ['quick', 'new', 'slow'] as const) {
      for (const lookup of this.#waiting[pace]) {
        if (this.#running >= placesFor(pace, this.#maxRunning)) break;
        this.#waiting[pace].delete(lookup);
        void this.#run(lookup);
      }
    }
  }

  async #run({ name, waiters }: Lookup): Promise<void> {
    this.#running += 1;
    const startMs = this.#clock.monotonicMs();
    const resolution = await this.#resolve(name);
    this.#paces.learn(name, this.#clock.monotonicMs() - startMs);
    this.#running -= 1;
    this.#asked.delete(name);
    for (const end of [...waiters]) end(resolution);
    this.#startNext();
  }

  async #resolve(name: string): Promise<Resolution> {
    let texts: readonly string[];
    try {
      texts = await this.#resolveName(name);
    } catch (error) {
      return unresolved(textOf(error));
    }
    if (texts.length === 0) return unresolved('it has no address');
    if (texts.length > MAX_ADDRESSES) return unresolved(`it has more than ${MAX_ADDRESSES} addresses`);
    const answers = texts.flatMap((text) => resolvedAddress(text) ?? []);
    // What cannot be judged is not called.
    if (answers.length < texts.length) return unresolved('an answer is no address');
    return { kind: 'resolved', answers };
  }
}

function unresolved(why: string): Resolution {
  return { kind: 'unresolved', why };
}

/** The code, since messages repeat the name. */
function textOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message.slice(0, 64) : 'it failed';
}
