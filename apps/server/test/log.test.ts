import { type BreakerState, type CleanupClaim, DEFAULT_RETRY_POLICY } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logEvents } from '../src/log.js';

const SECRET = 'hunter2';

const claim: CleanupClaim = {
  cleanupId: 'c-1',
  object: { type: 'blob', id: 'b' },
  generation: 1,
  fence: 2,
  attempt: 3,
  reason: 'EXPIRED',
  dueTime: 0,
  lastLeaseId: 'l-2',
  leaseId: 'l-1',
  serviceId: 'service-a',
  metadata: new Map([['k', SECRET]]),
  spec: {
    target: {
      kind: 'http',
      url: `http://127.0.0.1/?token=${SECRET}`,
      headers: new Map([['authorization', SECRET]]),
      notFoundIsDone: false,
    },
    payload: SECRET,
    retry: DEFAULT_RETRY_POLICY,
  },
  endpoint: 'http://127.0.0.1',
};

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino(
    { base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const clock = new ManualClock();
  return { lines, clock, observe: logEvents(log, clock) };
}

describe('the log', () => {
  it('tells of an abandoned cleanup, and no secret of it', () => {
    const { lines, observe } = setUp();
    observe({
      type: 'attempt-ended',
      claim,
      outcome: 'fail',
      abandonReason: 'TERMINAL_ANSWER',
      durationMs: 5,
      statusCode: 400,
      detail: 'no',
    });
    expect(lines).toEqual([
      {
        level: 40,
        msg: 'cleanup abandoned',
        cleanupId: 'c-1',
        object: { type: 'blob', id: 'b' },
        serviceId: 'service-a',
        endpoint: 'http://127.0.0.1',
        attempt: 3,
        abandonReason: 'TERMINAL_ANSWER',
        statusCode: 400,
        detail: 'no',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('tells of a storm of abandoned cleanups by ten of them, and how many there were', async () => {
    const { lines, clock, observe } = setUp();
    const abandon = () => {
      observe({
        type: 'attempt-ended',
        claim,
        outcome: 'fail',
        abandonReason: 'TERMINAL_ANSWER',
        durationMs: 5,
      });
    };
    for (let n = 0; n < 5_000; n++) abandon();
    expect(lines).toHaveLength(10);
    await clock.advance(10_000);
    abandon();
    expect(lines.at(-1)).toMatchObject({ msg: 'cleanup abandoned', suppressed: 4_990 });
  });

  it('has no line for what happens all the time', () => {
    const { lines, observe } = setUp();
    observe({ type: 'attempt-ended', claim, outcome: 'done', durationMs: 5 });
    observe({ type: 'attempt-ended', claim, outcome: 'unstarted', durationMs: 5 });
    observe({ type: 'cleanups-claimed', claims: [claim] });
    observe({ type: 'refused', verb: 'renew', refusal: { reason: 'LEASE_ENDED', message: '' } });
    observe({
      type: 'swept',
      report: { status: 'swept', expired: 0, rearmed: 0, skipped: 0, due: 0, nextInMs: 500 },
      durationMs: 1,
    });
    expect(lines).toEqual([]);
  });

  it('says what is to be tried again, once in 10 s for each endpoint', async () => {
    const { lines, clock, observe } = setUp();
    const retry = (endpoint: string) => {
      const detail = 'connect ECONNREFUSED';
      observe({
        type: 'attempt-ended',
        claim: { ...claim, endpoint },
        outcome: 'retry',
        durationMs: 5,
        detail,
      });
    };
    for (let i = 0; i < 50; i++) retry('http://a');
    retry('http://b');
    expect(lines.map(({ endpoint }) => endpoint)).toEqual(['http://a', 'http://b']);
    expect(lines[0]).toMatchObject({ level: 40, detail: 'connect ECONNREFUSED', attempt: 3 });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    await clock.advance(10_000);
    retry('http://a');
    expect(lines).toHaveLength(3);
  });

  it('tells of an outage of very many endpoints by a hundred lines, and how many were left out', async () => {
    const { lines, clock, observe } = setUp();
    for (let n = 0; n < 1_500; n++) {
      const endpoint = `http://h${n}`;
      observe({ type: 'attempt-ended', claim: { ...claim, endpoint }, outcome: 'retry', durationMs: 5 });
    }
    expect(lines).toHaveLength(100);
    await clock.advance(10_000);
    observe({ type: 'attempt-ended', claim, outcome: 'retry', durationMs: 5 });
    expect(lines.at(-1)).toMatchObject({ suppressedOfOthers: 1_400 });
  });

  it('says a step that fails again and again once in 10 s, each step for itself', async () => {
    const { lines, clock, observe } = setUp();
    const fail = (step: 'sweep' | 'claim') => {
      observe({ type: 'step-failed', step, error: new Error('gone') });
    };
    for (let i = 0; i < 100; i++) {
      fail('sweep');
      fail('claim');
      await clock.advance(99);
    }
    expect(lines.map(({ step }) => step)).toEqual(['sweep', 'claim']);
    await clock.advance(100);
    fail('sweep');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({ level: 50, err: { message: 'gone' } });
  });

  it('says when an endpoint fails and when it answers again, each once in 10 s, and nothing of the probes', async () => {
    const { lines, clock, observe } = setUp();
    const change = (from: BreakerState, to: BreakerState | 'forgotten') => {
      observe({ type: 'breaker-changed', endpoint: 'http://a', from, to, tripped: 1 });
    };
    for (let n = 0; n < 5; n++) {
      change('closed', 'open');
      change('open', 'half-open');
      change('half-open', 'open');
      change('open', 'half-open');
      change('half-open', n < 4 ? 'closed' : 'forgotten');
    }
    const said = [
      'endpoint fails: its cleanups wait until a probe is answered',
      'endpoint answers again: its cleanups go on',
    ];
    expect(lines.map(({ msg }) => msg)).toEqual(said);
    expect(lines[0]).toMatchObject({ level: 40, endpoint: 'http://a', tripped: 1 });
    await clock.advance(10_000);
    change('closed', 'open');
    expect(lines).toHaveLength(3);
  });

  it('says what an operator retried and forgot, ten ids of any number', () => {
    const { lines, observe } = setUp();
    const cleanupIds = Array.from({ length: 1_000 }, (_, n) => `c-${n}`);
    const filter = { serviceId: 's' };
    observe({ type: 'cleanups-retried', cleanupIds, filter, staggerMs: 600_000 });
    observe({ type: 'cleanups-forgotten', cleanupIds: ['c-1'], reason: 'deleted by hand' });
    expect(lines).toEqual([
      {
        ...{ level: 30, msg: 'cleanups are retried, by an operator’s word', count: 1_000 },
        ...{ cleanupIds: cleanupIds.slice(0, 10), filter, staggerMs: 600_000 },
      },
      {
        ...{ level: 40, msg: 'cleanups are forgotten, by an operator’s word', count: 1 },
        ...{ cleanupIds: ['c-1'], reason: 'deleted by hand' },
      },
    ]);
  });

  it('F7: says that an outcome came too late', () => {
    const { lines, observe } = setUp();
    observe({ type: 'outcome-stale', claim });
    expect(lines).toEqual([{ level: 40, msg: 'outcome came too late', cleanupId: 'c-1', fence: 2 }]);
  });
});
