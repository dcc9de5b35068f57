import type { Client } from '@grpc/grpc-js';
import type { GrpcTarget } from '@lease/core';
import { type OpenRoute, pinnedClients } from './pinned-clients.js';

/** A channel, lent for one attempt. */
export interface LentChannel {
  /** Each leads to a part of the addresses, in the order of preference. */
  readonly clients: readonly [Client, ...Client[]];
  /** Gives it back. `keep`: whether a later attempt may use it. */
  giveBack(keep: boolean): void;
}

interface Channel {
  readonly clients: LentChannel['clients'];
  users: number;
}

/**
 * Channels to cleanup endpoints, kept for the next attempt: one for each target and what it resolved to, so that none
 * leads to where a name was before it moved.
 */
export class Channels {
  /** In the order of their last use, the oldest first. */
  readonly #kept = new Map<string, Channel>();
  readonly #maxIdle: number;

  /** `maxIdle`: channels that are kept while nobody uses them. */
  constructor(maxIdle: number) {
    this.#maxIdle = maxIdle;
  }

  lend(target: GrpcTarget, route: OpenRoute): LentChannel {
    const { address, tls } = target;
    const key = `${tls ? 'grpcs' : 'grpc'}://${address}|${[...route.addresses].sort().join()}`;
    const channel = this.#kept.get(key) ?? { clients: pinnedClients(target, route), users: 0 };
    channel.users += 1;
    this.#keepLast(key, channel);
    return {
      clients: channel.clients,
      giveBack: (keep) => {
        channel.users -= 1;
        if (this.#kept.get(key) === channel) {
          if (keep) this.#keepLast(key, channel);
          else this.#kept.delete(key);
        }
        if (channel.users === 0 && this.#kept.get(key) !== channel) closeAll(channel);
        this.#closeIdle();
      },
    };
  }

  close(): void {
    for (const channel of this.#kept.values()) closeAll(channel);
    this.#kept.clear();
  }

  #keepLast(key: string, channel: Channel): void {
    this.#kept.delete(key);
    this.#kept.set(key, channel);
  }

  #closeIdle(): void {
    const idle = [...this.#kept].filter(([, { users }]) => users === 0);
    for (const [key, channel] of idle.slice(0, Math.max(0, idle.length - this.#maxIdle))) {
      this.#kept.delete(key);
      closeAll(channel);
    }
  }
}

function closeAll({ clients }: Channel): void {
  for (const client of clients) client.close();
}
