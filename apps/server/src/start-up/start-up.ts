import type { Clock } from '@lease/core';

/** What a start goes through, in this order. */
const PHASES = ['configuration', 'dependencies', 'migrations', 'recovery', 'listeners', 'ready'] as const;

export type Phase = (typeof PHASES)[number];

export interface PhaseReport {
  readonly phase: Phase;
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
}

/** A phase failed; `cause` says why. */
export class PhaseError extends Error {
  override readonly name = 'PhaseError';
  readonly phase: Phase;

  constructor(phase: Phase, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.phase = phase;
  }
}

/** Goes through the phases of a start, times each, and tells of it. What they opened is for the caller to close. */
export class StartUp {
  readonly #clock: Clock;
  readonly #tell: (report: PhaseReport) => void;
  readonly #reports: PhaseReport[] = [];

  constructor(clock: Clock, tell: (report: PhaseReport) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The phases so far. */
  get reports(): readonly PhaseReport[] {
    return this.#reports;
  }

  /** Rejects with a {@link PhaseError} if the work does. */
  async run<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.monotonicMs();
    const ended = (outcome: PhaseReport['outcome']) => {
      this.#note({ phase, outcome, durationMs: this.#clock.monotonicMs() - startMs });
    };
    try {
      const result = await work();
      ended('done');
      return result;
    } catch (error) {
      ended('failed');
      throw new PhaseError(phase, error);
    }
  }

  /** A phase that was over before there was anybody to time it. */
  passed(phase: Phase, durationMs: number): void {
    this.#note({ phase, outcome: 'done', durationMs });
  }

  #note(report: PhaseReport): void {
    const last = this.#reports.at(-1);
    if (last !== undefined && PHASES.indexOf(report.phase) <= PHASES.indexOf(last.phase)) {
      throw new Error(`phase ${report.phase} does not come after ${last.phase}`);
    }
    this.#reports.push(report);
    this.#tell(report);
  }
}
