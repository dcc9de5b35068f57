import type { AttemptResult, CleanupClaim, Executor } from '../../src/index.js';

/** An executor whose attempts end when the test says so, and that ignores its signal unless the test looks at it. */
export class HeldExecutor implements Executor {
  readonly attempts: { claim: CleanupClaim; signal: AbortSignal; end: (result?: AttemptResult) => void }[] =
    [];

  execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    return new Promise((resolve) => {
      this.attempts.push({ claim, signal, end: (result = { kind: 'done' }) => resolve(result) });
    });
  }

  /** Ends the first `count` attempts that have not ended. */
  end(count: number, result?: AttemptResult): void {
    for (const attempt of this.attempts.splice(0, count)) attempt.end(result);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
