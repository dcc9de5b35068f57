import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  Metadata,
  type MethodDefinition,
} from '@grpc/grpc-js';
import { LeaseError } from '../lease-error.js';
import type { Clock } from '../runtime.js';
import { decodeError } from '../wire/decode-error.js';
import { isLocal } from './security.js';

/** The definition of a unary RPC, as `@lease/protocol` has it. */
export type Rpc<Request, Answer> = Pick<
  MethodDefinition<Request, Answer>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>;

/** What an attempt may cost. */
export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An attempt that timed out in less says nothing about its connection. */
const SILENCE_MS = 1_000;

const CHANNEL_OPTIONS: ChannelOptions = {
  // By default up to 120 s, in which every call fails at once: longer than the 30 s for which a server that comes back holds
  // its hand (S14).
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // By default 30 s: a replica that moved to another address would not be found in that time either.
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  // No TXT look-up that would tell us how to retry.
  'grpc.service_config_disable_resolution': 1,
  // A new channel has to mean a new connection.
  'grpc.use_local_subchannel_pool': 1,
  // A page of 1,000 leases with 50 KiB of metadata each is more than the default of 4 MiB.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
};

/** The connection to one address. */
export class LeaseChannel {
  readonly #address: string;
  readonly #credentials: ChannelCredentials;
  readonly #clock: Clock;
  #client: Client | undefined;
  #lastAnswerMs = -Infinity;
  #closed = false;

  constructor(address: string, credentials: ChannelCredentials, clock: Clock) {
    this.#address = address;
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /** One attempt. Rejects with LeaseError, or with the signal's reason when that aborts. */
  attempt<Request, Answer>(
    rpc: Rpc<Request, Answer>,
    request: Request,
    { timeoutMs, signal }: Limits,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#closed) throw new LeaseError({ code: 'CANCELLED', message: 'the client is closed' });
      const client = (this.#client ??= this.#open());
      const sentAtMs = this.#clock.monotonicMs();
      const call = client.makeUnaryRequest(
        rpc.path,
        rpc.requestSerialize,
        rpc.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Math.ceil(this.#clock.wallMs() + timeoutMs) },
        (fault, answer) => {
          if (signal.aborted) return;
          signal.removeEventListener('abort', onAbort);
          const error = fault === null ? undefined : decodeError(fault, this.#address);
          if (error?.code === 'DEADLINE_EXCEEDED') this.#suspect(client, sentAtMs);
          else this.#lastAnswerMs = this.#clock.monotonicMs();
          if (error !== undefined) reject(error);
          else if (answer !== undefined) resolve(answer);
          else reject(new LeaseError({ code: 'INTERNAL', message: 'neither an answer nor an error' }));
        },
      );
      const onAbort = () => {
        call.cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  /**
   * Drops a connection from which nothing came while an attempt waited in vain. It may be dead without knowing: the peer
   * lost power, a firewall forgot it, its SYN went nowhere. TCP alone would notice after minutes, and gRPC never.
   */
  #suspect(client: Client, sentAtMs: number): void {
    const silent = sentAtMs > this.#lastAnswerMs && this.#clock.monotonicMs() - sentAtMs >= SILENCE_MS;
    if (!silent || client !== this.#client) return;
    this.#client = undefined;
    client.close();
  }

  #open(): Client {
    return new Client(this.#address, this.#credentials, {
      ...CHANNEL_OPTIONS,
      // gRPC would send even what is meant for this machine through the proxy that the environment names.
      ...(isLocal(this.#address) && { 'grpc.enable_http_proxy': 0 }),
    });
  }
}
