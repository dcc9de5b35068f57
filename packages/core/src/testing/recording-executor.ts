import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { AttemptResult, Executor } from '../collector/executor.js';

/** What to answer: results in the order of the attempts, then `done`; or a function that decides. */
export type ExecutorScript =
  | readonly AttemptResult[]
  | ((claim: CleanupClaim, signal: AbortSignal) => AttemptResult | Promise<AttemptResult>);

export interface RecordingExecutor extends Executor {
  /** Every claim that was executed, in order. */
  readonly claims: readonly CleanupClaim[];
  /** Attempts that have not answered yet. */
  readonly inFlight: number;
  readonly closed: boolean;
}

/** An executor that touches nothing: it records its claims and answers as the script says. Default: always done. */
export function recordingExecutor(script: ExecutorScript = []): RecordingExecutor {
  const claims: CleanupClaim[] = [];
  const scripted = typeof script === 'function' ? [] : [...script];
  const answer = typeof script === 'function' ? script : () => scripted.shift() ?? { kind: 'done' as const };
  let inFlight = 0;
  let closed = false;
  return {
    claims,
    get inFlight() {
      return inFlight;
    },
    get closed() {
      return closed;
    },
    async execute(claim, signal) {
      claims.push(claim);
      inFlight++;
      try {
        return await answer(claim, signal);
      } finally {
        inFlight--;
      }
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}
