/** Totals since the store was made, and gauges. */
export interface Stats {
  readonly leases: LeaseStats;
  readonly cleanups: CleanupStats;
  readonly attempts: AttemptStats;
  /** Gauge: objects that somebody holds. */
  readonly heldObjects: number;
  /** When the cleanup that waits longest falls due. In the past: how far collection lags. Unset if none is open. */
  readonly nextAttemptTime?: Date;
  /** The store's clock when the figures were read. */
  readonly serverTime: Date;
}

/** At rest, `created = active + released + expired`. */
export type LeaseStats = Readonly<Record<'created' | 'active' | 'released' | 'expired' | 'renewals', number>>;

/** `ended = collected + abandoned + open + revived + kept + forgotten`, and `open = due + claimed`. */
export type CleanupStats = Readonly<
  Record<
    'ended' | 'collected' | 'abandoned' | 'open' | 'revived' | 'kept' | 'forgotten' | 'due' | 'claimed',
    number
  >
>;

/** Attempts by what became of them. */
export type AttemptStats = Readonly<
  Record<'claimed' | 'done' | 'retried' | 'failed' | 'unstarted' | 'lost' | 'stale', number>
>;
