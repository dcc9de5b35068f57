import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { AttemptResult, Executor } from './executor.js';

/**
 * Removes the object that the claim names. Runs at least once per cleanup, so it must bear being repeated;
 * `claim.cleanupId` is the same each time. Resolves: the object is gone. Rejects: to be tried again. When `signal`
 * aborts, nobody listens any more: stop.
 */
export type CleanupHandler = (claim: CleanupClaim, signal: AbortSignal) => Promise<void>;

/**
 * Runs cleanups in this process: one handler per object type. A type that has none here is left to the replicas that
 * have one.
 */
export function handlerExecutor(handlers: Readonly<Record<string, CleanupHandler>>): Executor {
  // A map, since `constructor` is an object type like any other, and a property of every record.
  const byType = new Map(Object.entries(handlers));
  return {
    execute(claim, signal) {
      const handler = byType.get(claim.object.type);
      if (handler) return run(handler, claim, signal);
      return Promise.resolve({
        kind: 'unstarted',
        detail: `this process has no handler for objects of type ${claim.object.type}`,
      });
    },
    close: () => Promise.resolve(),
  };
}

function run(handler: CleanupHandler, claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const abandon = () => {
      // The handler may go on all the same, so the object must not be revived on the strength of this.
      resolve({ kind: 'retry', contact: 'unanswered', detail: messageOf(signal.reason) });
    };
    const end = (result: AttemptResult) => {
      signal.removeEventListener('abort', abandon);
      resolve(result);
    };
    signal.addEventListener('abort', abandon);
    // Called within an async function: a handler that is none itself may throw at once.
    const call = async () => {
      await handler(claim, signal);
    };
    call().then(
      () => {
        end({ kind: 'done' });
      },
      (error: unknown) => {
        end({ kind: 'retry', contact: 'answered', detail: messageOf(error) });
      },
    );
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
