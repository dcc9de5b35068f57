import type { Clock, Observer } from '@lease/core';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** From a callback on the same machine to the cap of an attempt's timeout. */
const ATTEMPT_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A sweep visits at most a page of leases; the longest is a full page on a slow disk. */
const SWEEP_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1];

/** Shown from the start: of a series that appears with its first value, nobody sees that it grew. */
const OUTCOMES = ['done', 'retry', 'fail', 'unstarted'] as const;

/** What this process sees and the store does not keep; counts from 0 at each start. Labels are reasons, never ids. */
export function processEvents(registry: Registry, clock: Clock): Observer {
  const registers = [registry];
  const refusals = new Counter({
    name: 'lease_refusals_total',
    help: 'Requests that were refused, by verb and reason.',
    labelNames: ['verb', 'reason'],
    registers,
  });
  const attempts = new Histogram({
    name: 'lease_attempt_duration_seconds',
    help: 'Attempts made by this process, by outcome.',
    labelNames: ['outcome'],
    buckets: ATTEMPT_BUCKETS,
    registers,
  });
  for (const outcome of OUTCOMES) attempts.zero({ outcome });
  const sweeps = new Histogram({
    name: 'lease_sweep_duration_seconds',
    help: 'Sweeps by this process, by status: swept, busy (another replica did), paused.',
    labelNames: ['status'],
    buckets: SWEEP_BUCKETS,
    registers,
  });
  const lastSweep = new Gauge({
    name: 'lease_last_sweep_timestamp_seconds',
    help: 'When this process last swept, by its own clock; 0: never.',
    registers,
  });
  const stale = new Counter({
    name: 'lease_outcomes_stale_total',
    help: 'Outcomes of this process that came after its claim had run out.',
    registers,
  });
  const failures = new Counter({
    name: 'lease_step_failures_total',
    help: 'Steps of the collector that failed and will be tried again.',
    labelNames: ['step'],
    registers,
  });
  const breakers = new Gauge({
    name: 'lease_breakers_open',
    help: 'Endpoints to which this process sends probes at most, since they fail.',
    registers,
  });
  return (event) => {
    switch (event.type) {
      case 'refused':
        refusals.inc({ verb: event.verb, reason: event.refusal.reason });
        break;
      case 'attempt-ended':
        attempts.observe({ outcome: event.outcome }, event.durationMs / 1_000);
        break;
      case 'swept':
        sweeps.observe({ status: event.report.status }, event.durationMs / 1_000);
        lastSweep.set(clock.wallMs() / 1_000);
        break;
      case 'outcome-stale':
        stale.inc();
        break;
      case 'breaker-changed':
        breakers.set(event.tripped);
        break;
      case 'step-failed':
        failures.inc({ step: event.step });
        break;
      case 'lease-created':
      case 'lease-renewed':
      case 'lease-released':
      case 'cleanups-claimed':
      case 'cleanups-retried':
      case 'cleanups-forgotten':
      case 'collection-paused':
      case 'collection-resumed':
        // Counted by the store.
        break;
    }
  };
}
