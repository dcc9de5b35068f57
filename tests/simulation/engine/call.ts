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
export function call<T>(network: Network, { from, to, link, label, ...options }: Call<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (end: () => void) => {
      if (settled) return;
      settled = true;
      cancelTimeout();
      forgetDeath();
      end();
    };
    const answer = (end: () => void) => {
      network.carry(link, 'reply', [to.name, from.name], label, () => {
        from.deliver(() => {
          settle(end);
        });
      });
    };
    const refuse = (sent: boolean) => {
      answer(() => {
        reject(options.refused(sent));
      });
    };
    const arrive = () => {
      const served = to.deliver(() => {
        options.serve().then(
          (value) => {
            to.emit(() => {
              answer(() => {
                resolve(value);
              });
            });
          },
          (error: unknown) => {
            to.emit(() => {
              answer(() => {
                reject(error instanceof Error ? error : new Error(String(error)));
              });
            });
          },
        );
      });
      if (!served) refuse(false);
    };
    const cancelTimeout = from.clock.schedule(options.timeoutMs, () => {
      settle(() => {
        reject(options.timedOut());
      });
    });
    // The connection of a process that dies is reset at once.
    const forgetDeath = to.onDeath(() => {
      refuse(true);
    });
    from.emit(() => {
      for (let copy = network.copies(link, label); copy > 0; copy -= 1) {
        network.carry(link, 'request', [from.name, to.name], label, arrive);
      }
    });
  });
}
