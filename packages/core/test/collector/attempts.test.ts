import { beforeEach, describe, expect, test } from 'vitest';
import type { AttemptResult, Executor, Executors, LeaseEvent } from '../../src/index.js';
import { handlerExecutor } from '../../src/index.js';
import { Attempts } from '../../src/collector/attempts.js';
import { PassedOver } from '../../src/collector/passed-over.js';
import { Settler } from '../../src/collector/settler.js';
import { Slots } from '../../src/collector/slots.js';
import { ManualClock, recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { HeldExecutor } from './held-executor.js';
import { claimOf, claimsOf, ScriptedStore } from './scripted-store.js';

let clock: ManualClock;
let scripted: ScriptedStore;
let slots: Slots;
let passedOver: PassedOver;
let events: LeaseEvent[];
let freed: number;

beforeEach(() => {
  clock = new ManualClock();
  scripted = new ScriptedStore();
  slots = new Slots(64, 16);
  passedOver = new PassedOver(clock);
  events = [];
  freed = 0;
});

function attemptsWith(executors: Executors): Attempts {
  const tell = (event: LeaseEvent) => events.push(event);
  return new Attempts({
    executors,
    settler: new Settler(scripted.store, clock, tell),
    slots,
    passedOver,
    clock,
    random: seededRandom(1),
    claimMs: 40_000,
    tell,
    freed: () => freed++,
  });
}

const ended = () => events.flatMap((event) => (event.type === 'attempt-ended' ? [event] : []));

describe('an attempt', () => {
  test.each<[AttemptResult, object]>([
    [
      { kind: 'done', statusCode: 200, detail: 'gone' },
      { kind: 'done', statusCode: 200, detail: 'gone' },
    ],
    [{ kind: 'done' }, { kind: 'done' }],
    [
      { kind: 'retry', contact: 'answered', retryAfterMs: 9_000, statusCode: 503 },
      {
        kind: 'retry',
        contact: 'answered',
        delayMs: 9_000,
        statusCode: 503,
        abandonReason: 'ATTEMPTS_EXHAUSTED',
      },
    ],
    [
      { kind: 'retry', contact: 'answered', retryAfterMs: 1e12, abandonReason: 'ENDPOINT_NOT_FOUND' },
      { kind: 'retry', contact: 'answered', delayMs: 3_600_000, abandonReason: 'ENDPOINT_NOT_FOUND' },
    ],
    [
      { kind: 'retry', contact: 'unreached', retryAfterMs: 2_000 },
      { kind: 'retry', contact: 'unreached', delayMs: 2_000, abandonReason: 'ATTEMPTS_EXHAUSTED' },
    ],
    [
      { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', statusCode: 400 },
      { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', statusCode: 400 },
    ],
  ])('that ends with %j is settled', async (result, expected) => {
    attemptsWith({ http: recordingExecutor([result]) }).start(claimOf(1), 0);
    await clock.advance(0);
    const { object } = claimOf(1);
    expect(scripted.outcomes).toEqual([{ cleanupId: 'c-1', object, fence: 1, durationMs: 0, ...expected }]);
  });

  test('is told when it ends, with how long it took', async () => {
    const executor = new HeldExecutor();
    attemptsWith({ http: executor }).start(claimOf(1), 0);
    await clock.advance(1_234.4);
    executor.end(1, { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', statusCode: 418, detail: 'teapot' });
    await clock.advance(0);
    expect(ended()).toEqual([
      {
        type: 'attempt-ended',
        claim: claimOf(1),
        outcome: 'fail',
        durationMs: 1_234,
        abandonReason: 'TERMINAL_ANSWER',
        statusCode: 418,
        detail: 'teapot',
      },
    ]);
    expect(scripted.outcomes[0]?.durationMs).toBe(1_234);
    expect(clock.pending).toBe(0);
  });

  test('R15: its detail is cleaned, whoever the executor is', async () => {
    const detail = `\u0000${'ü'.repeat(5_000)}`;
    attemptsWith({ http: recordingExecutor([{ kind: 'done', detail }]) }).start(claimOf(1), 0);
    await clock.advance(0);
    expect(scripted.outcomes[0]?.detail).toBe('ü'.repeat(512));
  });

  test('goes to the executor for its kind of target', async () => {
    const http = recordingExecutor();
    const grpc = recordingExecutor();
    const handler = recordingExecutor();
    const attempts = attemptsWith({ http, grpc, handler });
    attempts.start(claimOf(1), 0);
    attempts.start(claimOf(2, { target: { kind: 'grpc', address: 'a.test:443', tls: true } }), 0);
    attempts.start(claimOf(3, { target: { kind: 'handler' } }), 0);
    await attempts.idle();
    expect([http, grpc, handler].map(({ claims }) => claims.map(({ fence }) => fence))).toEqual([
      [1],
      [2],
      [3],
    ]);
  });

  test('holds its slot until its outcome is recorded', async () => {
    const executor = new HeldExecutor();
    const attempts = attemptsWith({ http: executor });
    attempts.start(claimOf(1), 0);
    expect(slots.freeAt('http://a.test')).toBe(15);
    scripted.unavailable = true;
    executor.end(1);
    await clock.advance(50);
    expect(slots.freeAt('http://a.test')).toBe(15);
    expect(freed).toBe(0);
    scripted.unavailable = false;
    await clock.advance(100);
    expect(slots.freeAt('http://a.test')).toBe(16);
    expect(freed).toBe(1);
  });

  test('attempts that end together are settled together', async () => {
    const executor = new HeldExecutor();
    const attempts = attemptsWith({ http: executor });
    for (const claim of claimsOf(5)) attempts.start(claim, 0);
    await clock.advance(10);
    executor.end(5);
    await attempts.idle();
    expect(scripted.settles.map(({ length }) => length)).toEqual([5]);
  });
});

describe('an attempt without an end', () => {
  test('is aborted at its timeout; an executor that obeys may say how it went', async () => {
    const reasons: unknown[] = [];
    const executor = recordingExecutor(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason);
            resolve({ kind: 'retry', contact: 'unreached', detail: 'was still connecting' });
          });
        }),
    );
    attemptsWith({ http: executor }).start(claimOf(1, { retry: { attemptTimeoutMs: 5_000 } }), 0);
    await clock.advance(4_999);
    expect(reasons).toEqual([]);
    await clock.advance(1);
    expect(reasons).toEqual([new Error('no answer within 5000 ms')]);
    expect(scripted.outcomes).toMatchObject([{ kind: 'retry', contact: 'unreached' }]);
    expect(clock.pending).toBe(0);
  });

  test('whose executor hangs frees its slot a second later, as unanswered', async () => {
    const executor = new HeldExecutor();
    attemptsWith({ http: executor }).start(claimOf(1), 0);
    await clock.advance(10_999);
    expect(executor.attempts[0]?.signal.aborted).toBe(true);
    expect(scripted.outcomes).toEqual([]);
    await clock.advance(1);
    expect(scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered', detail: 'no answer within 10000 ms', durationMs: 11_000 },
    ]);
    expect(slots.free).toBe(64);
    // What the executor says after that is of no interest.
    executor.end(1);
    await clock.advance(100);
    expect(scripted.outcomes).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test('is cut at 30 s, however long its spec would wait', async () => {
    const executor = new HeldExecutor();
    attemptsWith({ http: executor }).start(claimOf(1, { retry: { attemptTimeoutMs: 120_000 } }), 0);
    await clock.advance(30_000);
    expect(executor.attempts[0]?.signal.aborted).toBe(true);
  });

  test.each<[string, Executor['execute']]>([
    ['rejects', () => Promise.reject(new Error('broken\u0000executor'))],
    [
      'throws',
      () => {
        throw new Error('broken\u0000executor');
      },
    ],
  ])('since its executor %s against its contract: unanswered, and told', async (_, execute) => {
    const attempts = attemptsWith({ http: { execute, close: () => Promise.resolve() } });
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    expect(scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered', detail: 'broken executor' },
    ]);
    expect(events[0]).toEqual({
      type: 'step-failed',
      step: 'execute',
      error: new Error('broken\u0000executor'),
    });
    expect(clock.pending).toBe(0);
  });

  test('an executor that rejects after it was left behind harms nobody', async () => {
    let reject: (error: Error) => void = () => undefined;
    const execute = () => new Promise<AttemptResult>((_, no) => (reject = no));
    const attempts = attemptsWith({ http: { execute, close: () => Promise.resolve() } });
    attempts.start(claimOf(1), 0);
    await clock.advance(11_000);
    reject(new Error('oh'));
    await clock.advance(0);
    expect(scripted.outcomes).toHaveLength(1);
  });
});

describe('a claim that is given back', () => {
  test.each([
    [10_000, 28_000, 'done'],
    [10_000, 28_001, 'unstarted'],
    [30_000, 8_000, 'done'],
    [30_000, 8_001, 'unstarted'],
  ])(
    'S1: with a timeout of %i ms and a claim of %i ms ago the attempt is %s',
    async (attemptTimeoutMs, ageMs, kind) => {
      const executor = recordingExecutor();
      const attempts = attemptsWith({ http: executor });
      await clock.advance(ageMs);
      attempts.start(claimOf(1, { retry: { attemptTimeoutMs } }), 0);
      await attempts.idle();
      expect(scripted.outcomes).toMatchObject([{ kind }]);
      expect(executor.claims).toHaveLength(kind === 'done' ? 1 : 0);
    },
  );

  test('carries no duration, since nothing was sent', async () => {
    const attempts = attemptsWith({ http: recordingExecutor() });
    await clock.advance(39_000);
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    const { object } = claimOf(1);
    expect(scripted.outcomes).toEqual([
      { kind: 'unstarted', cleanupId: 'c-1', object, fence: 1, detail: 'only 1000 ms of the claim are left' },
    ]);
    expect(ended()).toMatchObject([{ outcome: 'unstarted', durationMs: 0 }]);
  });

  test('is not spent on an endpoint that this process cannot serve: another may, and this one looks away', async () => {
    const attempts = attemptsWith({
      http: recordingExecutor(),
      handler: handlerExecutor({ blob: async () => {} }),
    });
    attempts.start(
      claimOf(1, { endpoint: 'grpc://a', target: { kind: 'grpc', address: 'a:1', tls: false } }),
      0,
    );
    attempts.start(claimOf(2, { endpoint: 'handler:custom', target: { kind: 'handler' } }), 0);
    attempts.start(claimOf(3), 0);
    await attempts.idle();
    expect(scripted.outcomes).toMatchObject([
      { fence: 1, kind: 'unstarted', detail: 'this process has no executor for grpc targets' },
      { fence: 2, kind: 'unstarted', detail: 'this process has no handler for objects of type custom' },
      { fence: 3, kind: 'done' },
    ]);
    expect(passedOver.current()).toEqual(['grpc://a', 'handler:custom']);
  });

  test('is what becomes of more claims than there are slots', async () => {
    const executor = new HeldExecutor();
    const attempts = attemptsWith({ http: executor });
    for (const claim of claimsOf(17)) attempts.start(claim, 0);
    await clock.advance(0);
    expect(executor.attempts).toHaveLength(16);
    expect(scripted.outcomes).toMatchObject([{ fence: 17, kind: 'unstarted' }]);
    expect(slots.free).toBe(48);
    executor.end(16);
    await attempts.idle();
    expect(slots.free).toBe(64);
  });

  test('is every claim after close()', async () => {
    const executor = recordingExecutor();
    const attempts = attemptsWith({ http: executor });
    attempts.close();
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    expect(scripted.outcomes).toMatchObject([{ kind: 'unstarted', detail: 'the collector is stopping' }]);
    expect(executor.claims).toEqual([]);
    expect(passedOver.current()).toEqual([]);
  });
});

test('an outcome is offered for 20 s beyond its claim, then its slot is free again', async () => {
  const attempts = attemptsWith({ http: recordingExecutor() });
  scripted.unavailable = true;
  attempts.start(claimOf(1), 0);
  await clock.advance(59_000);
  expect(slots.free).toBe(63);
  await clock.advance(3_000);
  expect(slots.free).toBe(64);
  expect(clock.pending).toBe(0);
});
