import { LeaseError, passesByItself } from '../lease-error.js';
import type { ClientRuntime } from '../runtime.js';
import type { LeaseChannel, Limits, Rpc } from './lease-channel.js';
import { pauseMs } from './pause.js';

/** An answer, and when the request that it answers was sent (monotonic). */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly sentAtMs: number;
}

/**
 * Calls whichever of several equal replicas answers. Stays with the one that answered last, and begins with any, so that
 * many clients spread over them. Every RPC may be repeated: create by its lease id (S12), the others by nature.
 */
export class Caller {
  readonly #channels: readonly Pick<LeaseChannel, 'attempt' | 'close'>[];
  readonly #runtime: ClientRuntime;
  #preferred: number;

  constructor(channels: readonly Pick<LeaseChannel, 'attempt' | 'close'>[], runtime: ClientRuntime) {
    this.#channels = channels;
    this.#runtime = runtime;
    this.#preferred = Math.floor(runtime.random.next() * channels.length);
  }

  /**
   * Goes over the addresses, again and again, until one answers or the time is up. A refusal that passes by itself is waited
   * out in the same way.
   */
  async call<Request, Answer>(
    rpc: Rpc<Request, Answer>,
    request: Request,
    { timeoutMs, signal }: Limits,
  ): Promise<Answered<Answer>> {
    const { clock, random, sleep } = this.#runtime;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    let telling: LeaseError | undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.pass(rpc, request, { timeoutMs: deadlineMs - clock.monotonicMs(), signal });
      } catch (error) {
        if (!worthAnother(error)) throw error;
        // The last attempt may have been cut short by the end of our time: what went before says more than that, unless it
        // says that nothing has changed, which is no longer certain.
        if (telling === undefined || passesByItself(telling) || error.code !== 'DEADLINE_EXCEEDED')
          telling = error;
        const waitMs = pauseMs(tries, error.retryAfterMs, random);
        if (clock.monotonicMs() + waitMs >= deadlineMs) throw telling;
        await sleep(waitMs, signal);
      }
    }
  }

  /** Tries each address at most once, and leaves time for those that are still to come. */
  async pass<Request, Answer>(
    rpc: Rpc<Request, Answer>,
    request: Request,
    { timeoutMs, signal }: Limits,
  ): Promise<Answered<Answer>> {
    const { clock } = this.#runtime;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const first = this.#preferred;
    const order = [...this.#channels.slice(first), ...this.#channels.slice(0, first)];
    let last: LeaseError | undefined;
    for (const [tried, channel] of order.entries()) {
      const sentAtMs = clock.monotonicMs();
      const leftMs = deadlineMs - sentAtMs;
      if (last !== undefined && leftMs <= 0) break;
      try {
        const share = { timeoutMs: leftMs / (order.length - tried), signal };
        return { answer: await channel.attempt(rpc, request, share), sentAtMs };
      } catch (error) {
        if (!unanswered(error)) throw error;
        last = error;
        this.#leave(channel);
      }
    }
    throw last ?? new LeaseError({ code: 'UNAVAILABLE', message: 'there is no address to call' });
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  /** Moves on, unless another call that met the same failure has done so already. */
  #leave(channel: Pick<LeaseChannel, 'attempt'>): void {
    if (this.#channels[this.#preferred] === channel) {
      this.#preferred = (this.#preferred + 1) % this.#channels.length;
    }
  }
}

/** Whether to ask again. */
function worthAnother(error: unknown): error is LeaseError {
  return unanswered(error) || (error instanceof LeaseError && passesByItself(error));
}

/** Whether another attempt, or another replica, may answer. */
function unanswered(error: unknown): error is LeaseError {
  return error instanceof LeaseError && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED');
}
