import type { StoreStats } from '@lease/core';
import { Counter, Gauge, type Registry } from 'prom-client';

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly value: (stats: StoreStats) => number;
}

/** One value for each state or outcome; the keys are the label's values. */
interface FigureByLabel<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  readonly values: (stats: StoreStats) => Readonly<Record<string, number>>;
}

const TOTALS: readonly Figure[] = [
  {
    name: 'lease_leases_created_total',
    help: 'Leases created.',
    value: ({ leases }) => leases.created,
  },
  {
    name: 'lease_renewals_total',
    help: 'Renewals acknowledged.',
    value: ({ leases }) => leases.renewals,
  },
  {
    name: 'lease_cleanups_ended_total',
    help: 'Lives of objects that had a cleanup when their last lease ended.',
    value: ({ cleanups }) => cleanups.ended,
  },
  {
    name: 'lease_attempts_claimed_total',
    help: 'Attempts that a replica took on.',
    value: ({ attempts }) => attempts.claimed,
  },
];

const TOTALS_BY_LABEL: readonly FigureByLabel<'state' | 'outcome'>[] = [
  {
    name: 'lease_leases_ended_total',
    help: 'Leases that ended, by how.',
    label: 'state',
    values: ({ leases: { released, expired } }) => ({ released, expired }),
  },
  {
    name: 'lease_cleanups_finished_total',
    help: 'Cleanups that are over, by how.',
    label: 'state',
    values: ({ cleanups: { collected, revived, kept, forgotten } }) => ({
      collected,
      revived,
      kept,
      forgotten,
    }),
  },
  {
    name: 'lease_attempts_total',
    help: 'Attempts, by what became of them. A stale outcome came too late and changed nothing.',
    label: 'outcome',
    values: ({ attempts }) => {
      const { done, retried, failed, unstarted, lost, stale } = attempts;
      return { done, retried, failed, unstarted, lost, stale };
    },
  },
];

const GAUGES: readonly Figure[] = [
  {
    name: 'lease_leases_active',
    help: 'Leases that are active.',
    value: ({ leases }) => leases.active,
  },
  {
    name: 'lease_service_leases_max',
    help: 'Active leases of the service that has most of them.',
    value: ({ largestService }) => largestService,
  },
  {
    name: 'lease_objects_held',
    help: 'Objects that somebody holds.',
    value: ({ heldObjects }) => heldObjects,
  },
  {
    name: 'lease_cleanups_open',
    help: 'Cleanups that are due or claimed.',
    value: ({ cleanups }) => cleanups.open,
  },
  {
    name: 'lease_cleanups_due',
    help: 'Cleanups that wait for an attempt: due now, or after a backoff.',
    value: (stats) => stats.cleanups.open - claimedNow(stats),
  },
  {
    name: 'lease_cleanups_claimed',
    help: 'Cleanups that a replica has claimed: their attempt is under way, or its claim has not run out yet.',
    value: claimedNow,
  },
  {
    name: 'lease_cleanups_abandoned',
    help: 'Cleanups that were given up and wait for an operator.',
    value: ({ cleanups }) => cleanups.abandoned,
  },
  {
    name: 'lease_collection_lag_seconds',
    help: 'How long the cleanup that waits longest could have been attempted already; 0 if none waits.',
    value: ({ nextAttemptTime, now }) =>
      nextAttemptTime === undefined ? 0 : Math.max(0, now - nextAttemptTime) / 1_000,
  },
];

/** A cleanup is claimed as long as its last attempt has no outcome. */
function claimedNow({ attempts }: StoreStats): number {
  const { claimed, done, retried, failed, unstarted, lost } = attempts;
  return claimed - done - retried - failed - unstarted - lost;
}

/**
 * What the store keeps: the same at every replica, across restarts. Query it with `max`, not with `sum`. Returns what takes
 * a new reading.
 */
export function storeFigures(registry: Registry): (stats: StoreStats) => void {
  const registers = [registry];
  const totals = TOTALS.map(({ name, help, value }) => {
    const counter = new Counter({ name, help, registers });
    return (stats: StoreStats) => {
      counter.reset();
      counter.inc(value(stats));
    };
  });
  const byLabel = TOTALS_BY_LABEL.map(({ name, help, label, values }) => {
    const counter = new Counter({ name, help, labelNames: [label], registers });
    return (stats: StoreStats) => {
      counter.reset();
      for (const [key, total] of Object.entries(values(stats))) counter.inc({ [label]: key }, total);
    };
  });
  const gauges = GAUGES.map(({ name, help, value }) => {
    const gauge = new Gauge({ name, help, registers });
    return (stats: StoreStats) => {
      gauge.set(value(stats));
    };
  });
  const byType = new Gauge({
    name: 'lease_leases_active_by_type',
    help: 'Leases that are active, by the type of their object; all types but the well-known ones are "other".',
    labelNames: ['type'],
    registers,
  });
  return (stats) => {
    for (const [type, active] of Object.entries(stats.activeByType)) byType.set({ type }, active);
    for (const set of [...totals, ...byLabel, ...gauges]) set(stats);
  };
}
