import { setMaxListeners } from 'node:events';
import {
  checkConnection,
  checkTimeout,
  type ConnectionOptions,
  DEFAULT_TIMEOUT_MS,
} from '../connection-options.js';
import type { CallOptions } from '../requests.js';
import type { ClientRuntime } from '../runtime.js';
import { Caller } from './caller.js';
import { LeaseChannel, type Limits, type Rpc } from './lease-channel.js';
import { credentialsFor } from './security.js';

/** Calls the replicas that the options name, with the defaults that they set. */
export class Connection {
  readonly caller: Caller;
  readonly #timeoutMs: number;

  /** Connects when it is first used. Throws TypeError for options that contradict each other. */
  constructor(options: ConnectionOptions, runtime: ClientRuntime) {
    const channels = checkConnection(options).map(
      (address) => new LeaseChannel(address, credentialsFor(address, options), runtime.clock),
    );
    this.caller = new Caller(channels, runtime);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** The answer of whichever replica gives one within the deadline. Rejects with LeaseError. */
  async call<Request, Answer>(
    rpc: Rpc<Request, Answer>,
    request: Request,
    call?: CallOptions,
  ): Promise<Answer> {
    return (await this.caller.call(rpc, request, this.limits(call))).answer;
  }

  limits({ timeoutMs = this.#timeoutMs, signal = new AbortController().signal }: CallOptions = {}): Limits {
    // One signal may guard any number of calls; Node warns of a leak at 11.
    setMaxListeners(0, signal);
    return { timeoutMs: checkTimeout(timeoutMs), signal };
  }

  close(): void {
    this.caller.close();
  }
}
