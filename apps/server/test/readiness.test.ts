import type { CollectionState, LeaseEvent, SweepReport } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { Readiness, type ReadinessReport } from '../src/operations/readiness.js';

const swept: LeaseEvent = {
  type: 'swept',
  report: { status: 'busy', expired: 0, rearmed: 0, skipped: 0, due: 0, nextInMs: 500 } satisfies SweepReport,
  durationMs: 1,
};

function setUp(store: { ping?: () => Promise<void>; collectionState?: () => Promise<CollectionState> } = {}) {
  const clock = new ManualClock();
  const idle = () => Promise.resolve({ pauses: [], now: clock.wallMs(), lastSweepTime: clock.wallMs() });
  const readiness = new Readiness({ ping: () => Promise.resolve(), collectionState: idle, ...store }, clock);
  return { clock, readiness };
}

const READY = { ready: true, serving: true, reasons: [], pauses: [], collecting: true };
const notReady = (reason: string, more: Partial<ReadinessReport> = {}) => {
  return { ...READY, ready: false, serving: false, reasons: [reason], ...more };
};

describe('readiness', () => {
  it('begins when the server serves and ends when it shuts down', async () => {
    const { readiness } = setUp();
    expect(await readiness.check()).toEqual(notReady('starting', { collecting: false }));
    readiness.serving({ collecting: true });
    expect(await readiness.check()).toEqual(READY);
    readiness.shuttingDown();
    expect(await readiness.check()).toEqual(notReady('shutting down'));
  });

  it('ends when the collector has not swept for 3 s, and returns with the next sweep', async () => {
    const { clock, readiness } = setUp();
    readiness.serving({ collecting: true });
    await clock.advance(3_000);
    expect(await readiness.check()).toEqual(READY);
    await clock.advance(1_000);
    expect(await readiness.check()).toEqual(notReady('no sweep for 4 s', { serving: true }));
    readiness.observe(swept);
    expect(await readiness.check()).toEqual(READY);
  });

  it.each([
    ['long ago', { lastSweepTime: 0 }],
    ['never', {}],
  ])('ends when every sweep finds another one under way, and the last one was %s', async (_, state) => {
    let lastSweep: Partial<CollectionState> = state;
    const { clock, readiness } = setUp({
      collectionState: () => Promise.resolve({ pauses: [], now: clock.wallMs(), ...lastSweep }),
    });
    readiness.serving({ collecting: true });
    const busy = async (ms: number) => {
      await clock.advance(ms);
      readiness.observe(swept);
    };
    // That nobody swept before is not this server's doing: it has a moment to begin.
    await busy(3_000);
    expect(await readiness.check()).toEqual(READY);
    await busy(2_000);
    expect(await readiness.check()).toEqual(notReady('no replica has swept for 5 s', { serving: true }));
    lastSweep = { lastSweepTime: clock.wallMs() };
    expect(await readiness.check()).toEqual(READY);
  });

  it('asks no sweeps of a server that has no collector, and says that it has none', async () => {
    const { clock, readiness } = setUp();
    readiness.serving({ collecting: false });
    await clock.advance(60_000);
    expect(await readiness.check()).toEqual({ ...READY, collecting: false });
  });

  it('lists pauses, and is ready all the same', async () => {
    const until = Date.UTC(2026, 0, 2);
    const pauses = [
      { reason: 'GAP', until },
      { reason: 'OPERATOR', until, note: 'moving house' },
    ] as const;
    const { readiness } = setUp({
      collectionState: () => Promise.resolve({ pauses, now: 0, lastSweepTime: 0 }),
    });
    readiness.serving({ collecting: true });
    expect(await readiness.check()).toEqual({
      ...READY,
      pauses: [
        { reason: 'GAP', until: '2026-01-02T00:00:00.000Z' },
        { reason: 'OPERATOR', until: '2026-01-02T00:00:00.000Z', note: 'moving house' },
      ],
    });
  });

  it.each([
    ['ping', true],
    ['collectionState', false],
  ] as const)('ends when the store fails to %s; calls are answered: %s', async (verb, serving) => {
    const { readiness } = setUp({ [verb]: () => Promise.reject(new Error('disk full')) });
    readiness.serving({ collecting: true });
    expect(await readiness.check()).toEqual(notReady('store: disk full', { serving }));
    const { reasons, ...rest } = await readiness.reachable();
    expect([rest, reasons]).toEqual([{ serving }, serving ? [] : ['store: disk full']]);
  });

  it('nobody is reachable who does not serve, whoever sweeps; and nothing is written to find out', async () => {
    let pings = 0;
    const ping = () => Promise.resolve(void (pings += 1));
    const { clock, readiness } = setUp({ ping });
    expect(await readiness.reachable()).toEqual({ serving: false, reasons: ['starting'] });
    readiness.serving({ collecting: true });
    await clock.advance(60_000);
    expect(await readiness.reachable()).toEqual({ serving: true, reasons: [] });
    readiness.shuttingDown();
    expect(await readiness.reachable()).toEqual({ serving: false, reasons: ['shutting down'] });
    expect(pings).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('F4: ends when the store says nothing for 2 s; everybody who asks meanwhile gets that answer', async () => {
    let pings = 0;
    const { clock, readiness } = setUp({
      ping: () => {
        pings += 1;
        return new Promise(() => undefined);
      },
    });
    readiness.serving({ collecting: false });
    const checks = [readiness.check(), readiness.check(), readiness.check()];
    await clock.advance(2_000);
    for (const report of await Promise.all(checks)) {
      expect(report.reasons).toEqual(['store: no answer within 2000 ms']);
    }
    expect(pings).toBe(1);
    expect(clock.pending).toBe(0);
    void readiness.check();
    expect(pings).toBe(2);
  });
});
