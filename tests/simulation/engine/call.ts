import type { LinkKind, Network } from './network.js';
import type { Process } from './process.js';
import type { Station } from './station.js';

export interface Call<T> {
  readonly from: Process;
  readonly to: Station;
  readonly link: LinkKind;
  /** What it is about. */
  readonly label: string;
  /** By the caller's clock. */
  readonly timeoutMs: number;
  /** Done at the other end, once for each copy of the request that arrives. */
  readonly serve: () => Promise<T>;
  /** Nobody listens there, or the process died with the request. `sent`: it may have happened. */
  readonly refused: (sent: boolean) => Error;
  readonly timedOut: () => Error;
}

/** One request and its reply over the network. Ends in time, unless the caller dies. */
export function call<T>(network: Network, options: Call<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    new Exchange(network, options, resolve, reject).start();
  });
}

/** A class, since there is one for each message, and closures cost more than methods. */
class Exchange<T> {
  readonly #network: Network;
  readonly #call: Call<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: Error) => void;
  #cancelTimeout: () => void = () => undefined;
  #forgetDeath: () => void = () => undefined;
  #settled = false;

  constructor(network: Network, call: Call<T>, resolve: (value: T) => void, reject: (error: Error) => void) {
    this.#network = network;
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { from, to, link, label, timeoutMs, timedOut } = this.#call;
    this.#cancelTimeout = from.clock.schedule(timeoutMs, () => {
      if (this.#settle()) this.#reject(timedOut());
    });
    // The connection of a process that dies is reset at once.
    this.#forgetDeath = to.onDeath(() => {
      this.#refuse(true);
    });
    from.emit(() => {
      for (let copy = this.#network.copies(link, label); copy > 0; copy -= 1) {
        this.#network.carry(link, 'request', [from.name, to.name], label, () => {
          this.#arrive();
        });
      }
    });
  }

  #arrive(): void {
    const { to, serve } = this.#call;
    const served = to.deliver(() => {
      serve().then(
        (value) => {
          to.emit(() => {
            this.#answer(value);
          });
        },
        (error: unknown) => {
          to.emit(() => {
            this.#fail(error instanceof Error ? error : new Error(String(error)));
          });
        },
      );
    });
    if (!served) this.#refuse(false);
  }

  #answer(value: T): void {
    this.#reply(() => {
      this.#resolve(value);
    });
  }

  #fail(error: Error): void {
    this.#reply(() => {
      this.#reject(error);
    });
  }

  #refuse(sent: boolean): void {
    this.#reply(() => {
      this.#reject(this.#call.refused(sent));
    });
  }

  #reply(end: () => void): void {
    const { from, to, link, label } = this.#call;
    this.#network.carry(link, 'reply', [to.name, from.name], label, () => {
      from.deliver(() => {
        if (this.#settle()) end();
      });
    });
  }

  /** The first to end it: whatever comes later comes too late. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#cancelTimeout();
    this.#forgetDeath();
    return true;
  }
}
