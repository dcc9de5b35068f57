import type { AttemptResult, CleanupClaim, Executor } from '@lease/core';
import type { AttemptBook } from '../checker/attempt-book.js';
import type { BreakerBook } from '../checker/breaker-book.js';
import type { HoldBook } from '../checker/hold-book.js';
import type { Network } from '../engine/network.js';
import type { Process } from '../engine/process.js';
import type { Trace } from '../engine/trace.js';
import type { Endpoint } from './endpoint.js';

export interface CallbackExecutorParts {
  readonly network: Network;
  readonly process: Process;
  readonly trace: Trace;
  readonly attempts: AttemptBook;
  readonly breakers: BreakerBook;
  readonly holds: HoldBook;
  /** By origin. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Told when a callback left. */
  readonly left: () => void;
}

/** Sends callbacks over the simulated network, as the HTTP executor would over the real one. */
export function callbackExecutor(parts: CallbackExecutorParts): Executor {
  const { network, process, trace, attempts, breakers, holds, endpoints, left } = parts;
  const execute = (claim: CleanupClaim, signal: AbortSignal) =>
    new Promise<AttemptResult>((resolve) => {
      const endpoint = endpoints.get(claim.endpoint);
      if (endpoint === undefined) throw new Error(`nobody listens at ${claim.endpoint}`);
      const label = `attempt ${claim.attempt} on ${claim.object.id}`;
      process.emit(() => {
        const sent = attempts.sent(claim);
        breakers.sent(process, claim);
        if (!sent.excused) holds.expectNobodyHolds(claim.object);
        trace.note(
          process.name,
          `sends ${label} under ${claim.fence}, cleanup ${claim.cleanupId.slice(0, 8)}`,
        );
        left();
        let ended = false;
        const end = (result: AttemptResult) => {
          if (ended) return;
          ended = true;
          attempts.ended(sent, result);
          breakers.ended(process, claim, result);
          resolve(result);
        };
        signal.addEventListener('abort', () => {
          end({ kind: 'retry', contact: 'unanswered', detail: 'timeout' });
        });
        for (let copy = network.copies('callback', label); copy > 0; copy -= 1) {
          network.carry('callback', 'request', [process.name, endpoint.name], label, () => {
            endpoint.receive(claim, (result) => {
              network.carry('callback', 'reply', [endpoint.name, process.name], label, () => {
                process.deliver(() => {
                  end(result);
                });
              });
            });
          });
        }
      });
    });
  return { execute, close: () => Promise.resolve() };
}
