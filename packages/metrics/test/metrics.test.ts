import {
  type CleanupClaim,
  type CollectionState,
  type Lease,
  type LeaseEvent,
  type StoreStats,
  StoreUnavailableError,
} from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../src/index.js';

const collectionState = (): Promise<CollectionState> =>
  Promise.resolve({ pauses: [{ reason: 'BRAKE', until: 9_000 }], lastSweepTime: 1_000, now: 3_500 });

const stats: StoreStats = {
  leases: { created: 100, active: 50, released: 30, expired: 20, renewals: 7_000 },
  cleanups: { ended: 21, collected: 1, abandoned: 2, open: 20, revived: 4, kept: 5, forgotten: 6 },
  attempts: { claimed: 29, done: 1, retried: 2, failed: 3, unstarted: 4, lost: 5, stale: 6 },
  heldObjects: 40,
  activeByType: {
    'database-row': 9,
    blob: 20,
    'temporary-file': 1,
    'websocket-session': 2,
    'cache-entry': 3,
    custom: 4,
    other: 11,
  },
  largestService: 45,
  nextCheckTime: 1_500,
  nextAttemptTime: 1_000,
  now: 3_500,
};

/** Nothing is paused. */
const calm = { collectionState: () => Promise.resolve<CollectionState>({ pauses: [], now: 3_500 }) };

/** Events tell of these; no metric may. */
const claim = {
  cleanupId: 'CANARY',
  serviceId: 'CANARY',
  object: { type: 'CANARY', id: 'CANARY' },
} as CleanupClaim;
const lease = { leaseId: 'CANARY', serviceId: 'CANARY', object: { type: 'CANARY', id: 'CANARY' } } as Lease;

const swept = (status: 'swept' | 'busy' | 'paused'): LeaseEvent => ({
  type: 'swept',
  report: { status, expired: 1, rearmed: 0, skipped: 0, due: 1, nextInMs: 500 },
  durationMs: 20,
});

/** Samples by name and labels. */
async function scrape(metrics: ReturnType<typeof createMetrics>): Promise<Map<string, number>> {
  const { body } = await metrics.scrape();
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('metrics', () => {
  it('show what the store keeps, as it is at each scrape', async () => {
    let current = stats;
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(current), collectionState } });
    const first = await scrape(metrics);
    expect(Object.fromEntries(first)).toMatchObject({
      lease_store_up: 1,
      lease_leases_created_total: 100,
      lease_renewals_total: 7_000,
      lease_cleanups_ended_total: 21,
      lease_attempts_claimed_total: 29,
      'lease_leases_ended_total{state="released"}': 30,
      'lease_leases_ended_total{state="expired"}': 20,
      'lease_cleanups_finished_total{state="collected"}': 1,
      'lease_cleanups_finished_total{state="revived"}': 4,
      'lease_cleanups_finished_total{state="kept"}': 5,
      'lease_cleanups_finished_total{state="forgotten"}': 6,
      'lease_attempts_total{outcome="done"}': 1,
      'lease_attempts_total{outcome="retried"}': 2,
      'lease_attempts_total{outcome="failed"}': 3,
      'lease_attempts_total{outcome="unstarted"}': 4,
      'lease_attempts_total{outcome="lost"}': 5,
      'lease_attempts_total{outcome="stale"}': 6,
      lease_leases_active: 50,
      lease_objects_held: 40,
      lease_cleanups_open: 20,
      lease_cleanups_due: 6,
      lease_cleanups_claimed: 14,
      lease_cleanups_abandoned: 2,
      lease_collection_lag_seconds: 2.5,
      lease_expiry_lag_seconds: 2,
      lease_service_leases_max: 45,
      'lease_leases_active_by_type{type="blob"}': 20,
      'lease_leases_active_by_type{type="other"}': 11,
      'lease_pause_active{reason="gap"}': 0,
      'lease_pause_active{reason="brake"}': 1,
      lease_sweep_age_seconds: 2.5,
    });
    current = { ...stats, leases: { ...stats.leases, created: 101 } };
    expect((await scrape(metrics)).get('lease_leases_created_total')).toBe(101);
  });

  it('show how many calls shared the commits of a store that commits in groups', async () => {
    const store = { stats: () => Promise.resolve(stats), collectionState };
    const commits = { commits: 2, calls: 30 };
    const metrics = createMetrics({ store, commits });
    await scrape(metrics);
    commits.commits += 1;
    expect(Object.fromEntries(await scrape(metrics))).toMatchObject({
      lease_sqlite_commits_total: 3,
      lease_sqlite_committed_calls_total: 30,
    });
    const names = [...(await scrape(createMetrics({ store }))).keys()];
    expect(names.filter((name) => name.includes('sqlite'))).toEqual([]);
  });

  it.each([
    ['nothing waits', { ...stats, nextAttemptTime: undefined }, 0],
    ['the next attempt is ahead', { ...stats, nextAttemptTime: 9_000 }, 0],
  ])('collection does not lag when %s', async (_, { nextAttemptTime, ...rest }, lag) => {
    const waiting = nextAttemptTime === undefined ? rest : { ...rest, nextAttemptTime };
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(waiting), collectionState } });
    expect((await scrape(metrics)).get('lease_collection_lag_seconds')).toBe(lag);
  });

  it('say that the store is down, and keep what this process counted', async () => {
    let up = true;
    const store = {
      ...calm,
      stats: () => (up ? Promise.resolve(stats) : Promise.reject(new StoreUnavailableError('gone'))),
      collectionState,
    };
    const metrics = createMetrics({ store });
    await scrape(metrics);
    up = false;
    metrics.observe({ type: 'outcome-stale', claim });
    const down = await scrape(metrics);
    expect(down.get('lease_store_up')).toBe(0);
    expect(down.get('lease_outcomes_stale_total')).toBe(1);
    expect(down.get('lease_leases_created_total')).toBe(100);
  });

  it('do not wait for a store that hangs, and ask it once', async () => {
    let asked = 0;
    const hang = () => {
      asked += 1;
      return new Promise<never>(() => undefined);
    };
    const clock = new ManualClock();
    const metrics = createMetrics({ store: { stats: hang, collectionState }, clock });
    const first = scrape(metrics);
    const second = scrape(metrics);
    await clock.advance(2_000);
    expect((await first).get('lease_store_up')).toBe(0);
    expect((await second).get('lease_store_up')).toBe(0);
    expect(asked).toBe(1);
    metrics.close();
  });

  it('tell of the build, the start, the quota and the pool, where there are any', async () => {
    const metrics = createMetrics({
      store: { stats: () => Promise.resolve(stats), collectionState },
      build: { version: '1.2.3' },
      maxLeasesPerService: 50,
      graceMs: 500,
      pool: () => ({ limit: 16, used: 3, waiting: 2 }),
    });
    metrics.started({ configuration: 400, migrations: 2_000, listeners: 100 });
    expect(Object.fromEntries(await scrape(metrics))).toMatchObject({
      [`lease_build_info{version="1.2.3",node="${process.version}"}`]: 1,
      lease_start_duration_seconds: 2.5,
      'lease_start_phase_duration_seconds{phase="migrations"}': 2,
      lease_quota_used_ratio: 0.9,
      lease_expiry_lag_seconds: 1.5,
      lease_database_connections_limit: 16,
      lease_database_connections_used: 3,
      lease_database_calls_waiting: 2,
    });
    metrics.close();
  });

  it('tell how the process fares', async () => {
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(stats), collectionState } });
    const told = await scrape(metrics);
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_heap_size_limit_bytes',
      'process_cpu_seconds_total',
      'process_open_fds',
      'process_max_fds',
    ])
      expect(told.get(name), name).toBeGreaterThan(0);
    expect(told.get('process_start_time_seconds')).toBeCloseTo(Date.now() / 1_000 - process.uptime(), -1);
    metrics.close();
  });

  it('let a store that nobody ever swept grow old', async () => {
    let now = 50_000;
    const metrics = createMetrics({
      store: {
        stats: () => Promise.resolve(stats),
        collectionState: () => Promise.resolve({ pauses: [], now }),
      },
    });
    expect((await scrape(metrics)).get('lease_sweep_age_seconds')).toBe(0);
    now += 6_000;
    expect((await scrape(metrics)).get('lease_sweep_age_seconds')).toBe(6);
    metrics.close();
  });

  it('count failures in a row, which one that is done ends', async () => {
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(stats), collectionState } });
    const end = (outcome: 'done' | 'retry' | 'fail' | 'unstarted') => {
      metrics.observe({ type: 'attempt-ended', claim, outcome, durationMs: 1 });
    };
    for (const outcome of ['retry', 'fail', 'unstarted', 'retry'] as const) end(outcome);
    expect((await scrape(metrics)).get('lease_attempts_failed_in_a_row')).toBe(3);
    end('done');
    expect((await scrape(metrics)).get('lease_attempts_failed_in_a_row')).toBe(0);
    metrics.close();
  });

  it('count what the process sees, under labels that no caller can choose', async () => {
    const metrics = createMetrics({
      store: { stats: () => Promise.resolve(stats), collectionState },
      clock: new ManualClock(),
    });
    const refusal = { reason: 'LEASE_ENDED', message: 'CANARY' } as const;
    const events: LeaseEvent[] = [
      { type: 'lease-created', lease, replayed: false },
      { type: 'lease-renewed', lease, marginMs: 900 },
      { type: 'lease-renewed', lease, marginMs: -200 },
      { type: 'lease-released', lease },
      { type: 'refused', verb: 'renew', refusal },
      { type: 'refused', verb: 'renew', refusal },
      swept('swept'),
      swept('busy'),
      swept('paused'),
      { type: 'cleanups-claimed', claims: [claim] },
      { type: 'attempt-ended', claim, outcome: 'done', durationMs: 7, statusCode: 200, detail: 'CANARY' },
      { type: 'attempt-ended', claim, outcome: 'retry', durationMs: 20_000 },
      { type: 'outcome-stale', claim },
      { type: 'breaker-changed', endpoint: 'CANARY', from: 'closed', to: 'open', tripped: 3 },
      { type: 'breaker-changed', endpoint: 'CANARY', from: 'half-open', to: 'closed', tripped: 2 },
      { type: 'refused', verb: 'retry-cleanups', refusal },
      { type: 'cleanups-retried', cleanupIds: ['CANARY'], staggerMs: 0 },
      { type: 'cleanups-forgotten', cleanupIds: ['CANARY'], reason: 'CANARY' },
      { type: 'collection-paused', forMs: 1_000, note: 'CANARY' },
      { type: 'collection-resumed' },
      { type: 'step-failed', step: 'settle', error: new Error('CANARY') },
    ];
    for (const event of events) metrics.observe(event);
    const { body, contentType } = await metrics.scrape();
    expect(Object.fromEntries(await scrape(metrics))).toMatchObject({
      'lease_refusals_total{verb="renew",reason="LEASE_ENDED"}': 2,
      'lease_attempt_duration_seconds_bucket{le="0.005",outcome="done"}': 0,
      'lease_attempt_duration_seconds_bucket{le="0.025",outcome="done"}': 1,
      'lease_attempt_duration_seconds_count{outcome="retry"}': 1,
      'lease_attempt_duration_seconds_sum{outcome="retry"}': 20,
      'lease_sweep_duration_seconds_count{status="swept"}': 1,
      'lease_sweep_duration_seconds_count{status="busy"}': 1,
      'lease_sweep_duration_seconds_count{status="paused"}': 1,
      lease_last_sweep_timestamp_seconds: 1_767_225_600,
      lease_renewals_late_total: 1,
      'lease_renewal_margin_seconds_bucket{le="0"}': 1,
      'lease_renewal_margin_seconds_bucket{le="1"}': 2,
      lease_renewal_margin_seconds_sum: 0.7,
      lease_outcomes_stale_total: 1,
      lease_breakers_open: 2,
      'lease_step_failures_total{step="settle"}': 1,
    });
    expect(contentType).toContain('text/plain');
    expect(body).not.toContain('CANARY');
  });

  it('show which pauses are in force, and keep that while the store is down', async () => {
    let state: Partial<CollectionState> | undefined = {};
    const collectionState = () =>
      state === undefined
        ? Promise.reject(new StoreUnavailableError('gone'))
        : Promise.resolve({ pauses: [], now: 0, ...state });
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(stats), collectionState } });
    const active = async () => {
      const samples = await scrape(metrics);
      return ['gap', 'brake', 'operator'].map((reason) =>
        samples.get(`lease_pause_active{reason="${reason}"}`),
      );
    };
    expect(await active()).toEqual([0, 0, 0]);
    state = {
      pauses: [
        { reason: 'GAP', until: 1 },
        { reason: 'OPERATOR', until: 1, note: 'CANARY' },
      ],
    };
    expect(await active()).toEqual([1, 0, 1]);
    expect((await metrics.scrape()).body).not.toContain('CANARY');
    state = undefined;
    expect(await active()).toEqual([1, 0, 1]);
    state = { pauses: [{ reason: 'BRAKE', until: 1 }] };
    expect(await active()).toEqual([0, 1, 0]);
  });

  it.each([
    [undefined, 1],
    [true, 1],
    [false, 0],
  ])('show whether this process collects: %s', async (collecting, value) => {
    const store = { ...calm, stats: () => Promise.resolve(stats) };
    const metrics = createMetrics({ store, ...(collecting !== undefined && { collecting }) });
    expect((await scrape(metrics)).get('lease_collecting')).toBe(value);
  });

  it('never swept is 0', async () => {
    const metrics = createMetrics({ store: { stats: () => Promise.resolve(stats), collectionState } });
    expect((await scrape(metrics)).get('lease_last_sweep_timestamp_seconds')).toBe(0);
  });

  it('two services in one process do not mix', async () => {
    const store = { stats: () => Promise.resolve(stats), collectionState };
    const [a, b] = [createMetrics({ store }), createMetrics({ store })];
    a.observe({ type: 'outcome-stale', claim });
    expect((await scrape(b)).get('lease_outcomes_stale_total')).toBe(0);
  });
});
