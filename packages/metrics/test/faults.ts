/** What a series reads: in promtool's words, 40 samples of health, 40 of the fault, 100 of health; one every 15 s. */
export type Readings = Readonly<Record<string, string>>;

const HERE = 'job="lease",instance="a:9090"';

/** The series of a healthy server, and of a second one beside it that has no fault in any test. */
export const HEALTHY: Readings = Object.fromEntries(
  [HERE, 'job="lease",instance="b:9090"'].flatMap((labels) => [
    [`up{${labels}}`, '1x180'],
    [`lease_build_info{${labels}}`, '1x180'],
    [`lease_store_up{${labels}}`, '1x180'],
    [`lease_sweep_age_seconds{${labels}}`, '0.1x180'],
    [`lease_grpc_requests_total{${labels},method="lease.v1.LeaseService/CreateLease",code="OK"}`, '0+30x180'],
    [
      `lease_grpc_requests_total{${labels},method="lease.v1.LeaseService/CreateLease",code="UNAVAILABLE"}`,
      '0x180',
    ],
    [`lease_attempt_duration_seconds_count{${labels},outcome="done"}`, '0+30x180'],
    [`lease_attempt_duration_seconds_count{${labels},outcome="retry"}`, '0+1x180'],
    [`lease_attempts_failed_in_a_row{${labels}}`, '1x180'],
    [`lease_collection_lag_seconds{${labels}}`, '0.2x180'],
    [`lease_cleanups_abandoned{${labels}}`, '0x180'],
    [`lease_pause_active{${labels},reason="gap"}`, '0x180'],
    [`lease_quota_used_ratio{${labels}}`, '0.5x180'],
    [`lease_start_duration_seconds{${labels}}`, '1.2x180'],
    [`process_start_time_seconds{${labels}}`, '0x180'],
    [`lease_event_loop_lag_seconds{${labels}}`, '0.02x180'],
    [`nodejs_heap_size_used_bytes{${labels}}`, '40x180'],
    [`nodejs_heap_size_limit_bytes{${labels}}`, '100x180'],
    [`process_open_fds{${labels}}`, '30x180'],
    [`process_max_fds{${labels}}`, '1024x180'],
    [`lease_database_calls_waiting{${labels}}`, '0x180'],
  ]),
);

const gauge = (healthy: number, faulty: number) => `${healthy}x39 ${faulty}x39 ${healthy}x100`;
const growing = (healthy: number, faulty: number) =>
  `0+${healthy}x39 ${healthy * 40}+${faulty}x39 ${healthy * 40 + faulty * 39}+${healthy}x100`;

/** By alert: what its fault changes. */
export const FAULTS: Readonly<Record<string, Readings>> = {
  LeaseStoreUnavailable: { [`lease_store_up{${HERE}}`]: gauge(1, 0) },
  LeaseSweeperStalled: { [`lease_sweep_age_seconds{${HERE}}`]: gauge(0.1, 9) },
  LeaseCreatesFailing: {
    [`lease_grpc_requests_total{${HERE},method="lease.v1.LeaseService/CreateLease",code="UNAVAILABLE"}`]:
      growing(0, 3),
  },
  LeaseCleanupsFailing: {
    [`lease_attempt_duration_seconds_count{${HERE},outcome="retry"}`]: growing(1, 40),
  },
  LeaseCleanupsFailingInARow: { [`lease_attempts_failed_in_a_row{${HERE}}`]: gauge(1, 25) },
  LeaseCollectionLagging: { [`lease_collection_lag_seconds{${HERE}}`]: gauge(0.2, 61) },
  LeaseCleanupsAbandoned: { [`lease_cleanups_abandoned{${HERE}}`]: gauge(0, 1) },
  LeasePauseActive: { [`lease_pause_active{${HERE},reason="gap"}`]: gauge(0, 1) },
  LeaseQuotaNearlyUsed: { [`lease_quota_used_ratio{${HERE}}`]: gauge(0.5, 0.91) },
  LeaseSlowStart: {
    [`lease_start_duration_seconds{${HERE}}`]: gauge(1.2, 6),
    [`process_start_time_seconds{${HERE}}`]: gauge(0, 660),
  },
  LeaseEventLoopLag: { [`lease_event_loop_lag_seconds{${HERE}}`]: gauge(0.02, 1.5) },
  LeaseMemoryNearlyUsed: { [`nodejs_heap_size_used_bytes{${HERE}}`]: gauge(40, 91) },
  LeaseFilesNearlyUsed: { [`process_open_fds{${HERE}}`]: gauge(30, 1_000) },
  LeaseDatabaseConnectionsUsed: { [`lease_database_calls_waiting{${HERE}}`]: gauge(0, 3) },
  LeaseServerDown: {
    [`up{${HERE}}`]: gauge(1, 0),
    [`lease_build_info{${HERE}}`]: '1x39 _x39 1x100',
  },
};
