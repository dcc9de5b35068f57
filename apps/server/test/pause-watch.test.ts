import { type LeaseEvent, type Pause, StoreUnavailableError } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PauseWatch } from '../src/pause-watch.js';

const swept: LeaseEvent = {
  type: 'swept',
  report: { status: 'swept', expired: 0, rearmed: 0, skipped: 0, due: 0, nextInMs: 500 },
  durationMs: 1,
};

const UNTIL = Date.UTC(2026, 0, 2);
const END = '2026-01-02T00:00:00.000Z';

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = pino({ base: null, timestamp: false }, { write });
  const clock = new ManualClock();
  const store = {
    pauses: [] as readonly Pause[],
    reads: 0,
    collectionState() {
      store.reads += 1;
      if (!store.up) return Promise.reject(new StoreUnavailableError('gone'));
      return Promise.resolve({ pauses: store.pauses, now: 0 });
    },
    up: true,
  };
  const watch = new PauseWatch(store, log, clock);
  const sweepAt = async (pauses: readonly Pause[]) => {
    store.pauses = pauses;
    await clock.advance(1_000);
    watch.observe(swept);
    await clock.advance(0);
    return lines.splice(0);
  };
  return { lines, clock, store, watch, sweepAt };
}

describe('the pause watch', () => {
  it('says nothing while nothing is paused', async () => {
    const { sweepAt } = setUp();
    expect(await sweepAt([])).toEqual([]);
    expect(await sweepAt([])).toEqual([]);
  });

  it.each(['GAP', 'BRAKE', 'OPERATOR'] as const)(
    'S14: says once when a %s begins, and ends',
    async (reason) => {
      const { sweepAt } = setUp();
      const pause: Pause = { reason, until: UNTIL };
      const [line, ...rest] = await sweepAt([pause]);
      expect(line).toMatchObject({
        level: 40,
        reason,
        until: END,
        msg: expect.stringMatching(/^pause: nothing/) as string,
      });
      expect(rest).toEqual([]);
      expect(await sweepAt([pause])).toEqual([]);
      expect(await sweepAt([])).toEqual([{ level: 40, reason, msg: 'the pause is over' }]);
    },
  );

  it('gives the words of the operator, and says it anew when he changes his mind', async () => {
    const { sweepAt } = setUp();
    const pause: Pause = { reason: 'OPERATOR', until: UNTIL, note: 'moving house' };
    expect(await sweepAt([pause])).toMatchObject([{ note: 'moving house' }]);
    expect(await sweepAt([{ ...pause, note: 'moved' }])).toMatchObject([{ note: 'moved' }]);
    expect(await sweepAt([{ ...pause, note: 'moved', until: UNTIL + 1_000 }])).toHaveLength(1);
  });

  it('tells each reason apart', async () => {
    const { sweepAt } = setUp();
    const [gap, operator]: Pause[] = [
      { reason: 'GAP', until: UNTIL },
      { reason: 'OPERATOR', until: UNTIL },
    ];
    expect(await sweepAt([gap as Pause])).toMatchObject([{ reason: 'GAP' }]);
    expect(await sweepAt([gap as Pause, operator as Pause])).toMatchObject([{ reason: 'OPERATOR' }]);
    expect(await sweepAt([operator as Pause])).toEqual([
      { level: 40, reason: 'GAP', msg: 'the pause is over' },
    ]);
  });

  it('asks once a second, however often there is a sweep, and at once when an operator acts', async () => {
    const { store, watch, clock } = setUp();
    for (let sweeps = 0; sweeps < 20; sweeps += 1) {
      watch.observe(swept);
      await clock.advance(100);
    }
    expect(store.reads).toBe(2);
    watch.observe({ type: 'collection-paused', forMs: 1_000, note: '' });
    watch.observe({ type: 'collection-resumed' });
    await clock.advance(0);
    expect(store.reads).toBe(4);
  });

  it('goes on when the store did not answer', async () => {
    const { sweepAt, store } = setUp();
    const pause: Pause = { reason: 'GAP', until: UNTIL };
    expect(await sweepAt([pause])).toHaveLength(1);
    store.up = false;
    expect(await sweepAt([])).toEqual([]);
    store.up = true;
    expect(await sweepAt([])).toMatchObject([{ msg: 'the pause is over' }]);
  });
});
