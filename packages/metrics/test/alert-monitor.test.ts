import { ManualClock } from '@lease/core/testing';
import { Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { AlertMonitor, alertRules, type AlertNotice } from '../src/index.js';
import { samplesOf } from '../src/samples.js';

function setUp(readStore: () => Promise<void>) {
  const clock = new ManualClock();
  const registry = new Registry();
  const up = new Gauge({ name: 'lease_store_up', help: 'x', registers: [registry] });
  const notices: AlertNotice[] = [];
  const monitor = new AlertMonitor({
    rules: alertRules(),
    registry,
    samples: samplesOf(registry),
    readStore,
    notify: (notice) => notices.push(notice),
    clock,
  });
  return { clock, registry, up, notices, monitor };
}

it('looks every second until it is stopped, and at the store every third time', async () => {
  let readings = 0;
  const { clock, up, monitor, notices } = setUp(() => {
    readings += 1;
    return Promise.resolve();
  });
  up.set(1);
  monitor.start();
  await clock.advance(9_500);
  expect(readings).toBe(4);
  up.set(0);
  await clock.advance(7_000);
  expect(notices.map(({ name, state }) => [name, state])).toEqual([['LeaseStoreUnavailable', 'firing']]);
  expect(monitor.summary()).toEqual({ critical: ['LeaseStoreUnavailable'], warning: [] });
  monitor.stop();
  expect(clock.pending).toBe(0);
});

it('shows each alert as a metric', async () => {
  const { clock, registry, up, monitor } = setUp(() => Promise.resolve());
  up.set(0);
  monitor.start();
  await clock.advance(7_000);
  const text = await registry.metrics();
  expect(text).toContain('lease_alert_firing{alert="LeaseStoreUnavailable"} 1\n');
  for (const { name } of alertRules().slice(1))
    expect(text).toContain(`lease_alert_firing{alert="${name}"} 0\n`);
  monitor.stop();
});

it('judges the others while the store hangs', async () => {
  let reads = 0;
  const { clock, registry, up, monitor } = setUp(() =>
    reads++ === 0 ? Promise.resolve() : new Promise(() => 0),
  );
  up.set(1);
  const lag = new Gauge({ name: 'lease_event_loop_lag_seconds', help: 'x', registers: [registry] });
  monitor.start();
  await clock.advance(20_000);
  lag.set(2);
  await clock.advance(2_000);
  expect(monitor.summary().warning).toEqual(['LeaseEventLoopLag']);
  monitor.stop();
});
