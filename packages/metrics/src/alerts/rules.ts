import type { AlertRule, Condition, Figure, Match, OutsideRule } from './rule.js';

/** What is a share of something is looked at over so long: four scrapes of a Prometheus that comes every minute. */
const WINDOW_MS = 5 * 60_000;

/** What operators may set; in Prometheus, the defaults stand. */
export interface AlertThresholds {
  /** How long a cleanup may wait that could have been attempted. Default 60 s. */
  readonly oldestDueMs: number;
}

const DEFAULT_THRESHOLDS: AlertThresholds = { oldestDueMs: 60_000 };

const FAILED: Match = { outcome: ['retry', 'fail'] };
const MADE: Match = { outcome: ['done', 'retry', 'fail'] };
const CREATES: Match = {
  method: ['lease.v1.LeaseService/CreateLease', 'lease.v1.LeaseService/BatchCreateLeases'],
};
const OUR_FAILURES: Match = { code: ['UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE'] };

/** Every rule. Adding one needs an entry in docs/alerts.md, and a fault that makes it fire in tests/integration/alerts. */
export function alertRules({ oldestDueMs }: AlertThresholds = DEFAULT_THRESHOLDS): readonly AlertRule[] {
  const attempts = (where: Match) => growth('lease_attempt_duration_seconds_count', where);
  const creates = (where: Match) => growth('lease_grpc_requests_total', { ...CREATES, ...where });
  return [
    {
      name: 'LeaseStoreUnavailable',
      severity: 'critical',
      scope: 'process',
      summary: 'The store does not answer: leases can be neither taken nor renewed.',
      when: [below(now('lease_store_up'), 1)],
      forMs: 5_000,
    },
    {
      name: 'LeaseSweeperStalled',
      severity: 'critical',
      scope: 'store',
      summary: 'Nobody sweeps: leases of holders that are gone do not end.',
      when: [above(now('lease_sweep_age_seconds'), 5)],
      forMs: 2_000,
    },
    {
      name: 'LeaseCreatesFailing',
      severity: 'critical',
      scope: 'process',
      summary: 'More than 5 % of the calls that take leases fail, and not by a fault of the callers.',
      when: [above(share(creates(OUR_FAILURES), creates({})), 0.05), above(creates(OUR_FAILURES), 4)],
      forMs: 0,
    },
    {
      name: 'LeaseCleanupsFailing',
      severity: 'warning',
      scope: 'process',
      summary: 'More than half of the cleanup attempts of the last 5 minutes failed.',
      when: [above(share(attempts(FAILED), attempts(MADE)), 0.5), above(attempts(FAILED), 9)],
      forMs: 0,
    },
    {
      name: 'LeaseCleanupsFailingInARow',
      severity: 'critical',
      scope: 'process',
      summary: 'Not one of the last 10 cleanup attempts or more was done.',
      when: [above(now('lease_attempts_failed_in_a_row'), 9), above(attempts(FAILED), 0)],
      forMs: 0,
    },
    {
      name: 'LeaseCollectionLagging',
      severity: 'warning',
      scope: 'store',
      summary: 'A cleanup waits for its attempt for longer than it should: collection does not keep up.',
      when: [above(now('lease_collection_lag_seconds'), oldestDueMs / 1_000)],
      forMs: 3_000,
    },
    {
      name: 'LeaseCleanupsAbandoned',
      severity: 'warning',
      scope: 'store',
      summary: 'Cleanups were given up: their objects stay until an operator acts.',
      when: [above(now('lease_cleanups_abandoned'), 0)],
      forMs: 0,
    },
    {
      name: 'LeasePauseActive',
      severity: 'warning',
      scope: 'store',
      summary: 'A pause is in force: leases do not end, and with an OPERATOR pause nothing is collected.',
      when: [above(now('lease_pause_active'), 0)],
      forMs: 0,
    },
    {
      name: 'LeaseQuotaNearlyUsed',
      severity: 'warning',
      scope: 'process',
      summary:
        'A service has more than 90 % of the leases that it may have: further creates will be refused.',
      when: [above(now('lease_quota_used_ratio'), 0.9)],
      forMs: 0,
    },
    {
      name: 'LeaseSlowStart',
      severity: 'warning',
      scope: 'process',
      summary: 'This server took more than 5 s to start, a few minutes ago.',
      when: [
        above(now('lease_start_duration_seconds'), 5),
        below({ kind: 'age', series: 'process_start_time_seconds' }, 600),
      ],
      forMs: 0,
    },
    {
      name: 'LeaseEventLoopLag',
      severity: 'warning',
      scope: 'process',
      summary: 'The event loop of this server was held up for more than 1 s: answers and renewals were late.',
      when: [above(now('lease_event_loop_lag_seconds'), 1)],
      forMs: 0,
    },
    {
      name: 'LeaseMemoryNearlyUsed',
      severity: 'warning',
      scope: 'process',
      summary: 'More than 90 % of the JavaScript heap that this server may have is in use.',
      when: [above(share(now('nodejs_heap_size_used_bytes'), now('nodejs_heap_size_limit_bytes')), 0.9)],
      forMs: 5_000,
    },
    {
      name: 'LeaseFilesNearlyUsed',
      severity: 'warning',
      scope: 'process',
      summary: 'More than 90 % of the files and sockets that this server may have are open.',
      when: [above(share(now('process_open_fds'), now('process_max_fds')), 0.9)],
      forMs: 0,
    },
    {
      name: 'LeaseDatabaseConnectionsUsed',
      severity: 'warning',
      scope: 'process',
      summary: 'Calls wait for a connection to the database, all the time.',
      when: [above(now('lease_database_calls_waiting'), 0)],
      forMs: 3_000,
    },
  ];
}

/** A server that cannot start says so in its log, under the same name, and ends. */
export const OUTSIDE_RULES: readonly OutsideRule[] = [
  {
    name: 'LeaseServerDown',
    severity: 'critical',
    scope: 'process',
    summary: 'A server cannot start, or is gone.',
    promql: 'up == 0 and on (job, instance) last_over_time(lease_build_info[30d])',
    forMs: 60_000,
  },
];

function now(series: string, where?: Match): Figure {
  return { kind: 'now', series, ...(where && { where }) };
}

function growth(series: string, where: Match): Figure {
  return { kind: 'growth', series, where, overMs: WINDOW_MS };
}

function share(of: Figure, whole: Figure): Figure {
  return { kind: 'share', of, in: whole };
}

function above(figure: Figure, limit: number): Condition {
  return { figure, is: { above: limit } };
}

function below(figure: Figure, limit: number): Condition {
  return { figure, is: { below: limit } };
}
