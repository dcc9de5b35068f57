import { type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import type { GrpcTarget } from '@lease/core';

/** A channel, lent for one attempt. */
export interface LentChannel {
  readonly client: Client;
  /** Gives it back. `keep`: whether a later attempt may use it. */
  giveBack(keep: boolean): void;
}

interface Channel {
  readonly client: Client;
  users: number;
}

/** An answer to a cleanup is empty; more than this is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

const OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
  // One attempt is one call: whoever counts attempts must know of each.
  'grpc.enable_retries': 0,
  // The environment and the DNS of others have no say in where we connect or how often we try.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // Connections are shared, and their backoff remembered, within a channel only.
  'grpc.use_local_subchannel_pool': 1,
  // An endpoint that was not called for so long loses its socket, not its channel.
  'grpc.client_idle_timeout_ms': 60_000,
};

/** Channels to cleanup endpoints, one per address, kept for the next attempt. */
export class Channels {
  /** In the order of their last use, the oldest first. */
  readonly #kept = new Map<string, Channel>();
  readonly #maxIdle: number;

  /** `maxIdle`: channels that are kept while nobody uses them. */
  constructor(maxIdle: number) {
    this.#maxIdle = maxIdle;
  }

  lend({ address, tls }: GrpcTarget): LentChannel {
    const key = `${tls ? 'grpcs' : 'grpc'}://${address}`;
    const channel = this.#kept.get(key) ?? { client: newClient(address, tls), users: 0 };
    channel.users += 1;
    this.#keepLast(key, channel);
    return {
      client: channel.client,
      giveBack: (keep) => {
        channel.users -= 1;
        if (this.#kept.get(key) === channel) {
          if (keep) this.#keepLast(key, channel);
          else this.#kept.delete(key);
        }
        if (channel.users === 0 && this.#kept.get(key) !== channel) channel.client.close();
        this.#closeIdle();
      },
    };
  }

  close(): void {
    for (const { client } of this.#kept.values()) client.close();
    this.#kept.clear();
  }

  #keepLast(key: string, channel: Channel): void {
    this.#kept.delete(key);
    this.#kept.set(key, channel);
  }

  #closeIdle(): void {
    const idle = [...this.#kept].filter(([, { users }]) => users === 0);
    for (const [key, { client }] of idle.slice(0, Math.max(0, idle.length - this.#maxIdle))) {
      this.#kept.delete(key);
      client.close();
    }
  }
}

function newClient(address: string, tls: boolean): Client {
  // With the scheme said, no part of the address can be taken for another one.
  return new Client(
    `dns:///${address}`,
    tls ? credentials.createSsl() : credentials.createInsecure(),
    OPTIONS,
  );
}
