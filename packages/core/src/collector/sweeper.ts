import type { Clock } from '../clock/clock.js';
import type { Observer } from '../events/events.js';
import type { Sweep, SweepReport } from '../store/control-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';

export interface SweeperOptions {
  readonly store: Pick<LeaseStore, 'expireDue'>;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly tell: Observer;
  /** Called when a sweep made objects due. */
  readonly foundDue: () => void;
}

/** Ends overdue leases. */
export class Sweeper {
  readonly #options: SweeperOptions;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** One sweep; `most`: how many leases it may end, if that is fewer than its limit. */
  async sweep(most = Infinity): Promise<SweepReport> {
    const { store, clock, sweep, tell, foundDue } = this.#options;
    const startMs = clock.monotonicMs();
    const report = await store.expireDue({ ...sweep, limit: Math.min(sweep.limit, most) });
    tell({ type: 'swept', report, durationMs: clock.monotonicMs() - startMs });
    if (report.due > 0) foundDue();
    return report;
  }
}
