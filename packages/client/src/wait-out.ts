import type { BatchResult } from './batches.js';
import { LeaseError, passesByItself } from './lease-error.js';
import type { Limits } from './rpc/lease-channel.js';
import { pauseMs } from './rpc/pause.js';
import type { ClientRuntime } from './runtime.js';

type Send<Message, T> = (messages: readonly Message[], limits: Limits) => Promise<readonly BatchResult<T>[]>;

/**
 * Sends a batch, and then again those of its elements whose refusal passes by itself, as long as there is time. An element
 * that is refused at the end was refused; one that was sent again without an answer is answered with that failure, since
 * it may have been carried out.
 */
export async function waitOut<Message, T>(
  messages: readonly Message[],
  send: Send<Message, T>,
  { clock, random, sleep }: ClientRuntime,
  { timeoutMs, signal }: Limits,
): Promise<readonly BatchResult<T>[]> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  const results = [...(await send(messages, { timeoutMs, signal }))];
  for (let tries = 1; ; tries += 1) {
    const refused = [...results.entries()].flatMap(([index, result]) =>
      !result.ok && passesByItself(result.error) ? [{ index, error: result.error }] : [],
    );
    // Those that may come back soonest: the others of a large batch must not make them wait.
    const askedMs = Math.min(...refused.map(({ error }) => error.retryAfterMs ?? 0));
    const waitMs = pauseMs(tries, askedMs, random);
    if (refused.length === 0 || clock.monotonicMs() + waitMs >= deadlineMs) return results;
    await sleep(waitMs, signal);
    const again = refused.flatMap(({ index }) => messages.slice(index, index + 1));
    const answers = await sendAgain(again, send, { timeoutMs: deadlineMs - clock.monotonicMs(), signal });
    for (const [i, { index }] of refused.entries()) {
      const answer = answers[i];
      if (answer !== undefined) results[index] = answer;
    }
  }
}

/** A failure of the call is that of the elements that it carried, and of no others. */
async function sendAgain<Message, T>(
  messages: readonly Message[],
  send: Send<Message, T>,
  limits: Limits,
): Promise<readonly BatchResult<T>[]> {
  try {
    return await send(messages, limits);
  } catch (error) {
    if (!(error instanceof LeaseError)) throw error;
    return messages.map(() => ({ ok: false, error }));
  }
}
