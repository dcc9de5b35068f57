import { beforeEach, describe, expect, test } from 'vitest';
import type { AttemptResult, Executor } from '../../src/index.js';
import { recordingExecutor } from '../../src/testing/index.js';
import { AttemptsFixture } from './attempts-fixture.js';
import { HeldExecutor } from './held-executor.js';
import { claimOf, claimsOf } from './scripted-store.js';

let on: AttemptsFixture;

beforeEach(() => {
  on = new AttemptsFixture();
});

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
    on.with({ http: recordingExecutor([result]) }).start(claimOf(1), 0);
    await on.clock.advance(0);
    const { object } = claimOf(1);
    expect(on.scripted.outcomes).toEqual([
      { cleanupId: 'c-1', object, fence: 1, durationMs: 0, ...expected },
    ]);
  });

  test('is told when it ends, with how long it took', async () => {
    const executor = new HeldExecutor();
    on.with({ http: executor }).start(claimOf(1), 0);
    await on.clock.advance(1_234.4);
    executor.end(1, { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', statusCode: 418, detail: 'teapot' });
    await on.clock.advance(0);
    expect(on.ended).toEqual([
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
    expect(on.scripted.outcomes[0]?.durationMs).toBe(1_234);
    expect(on.clock.pending).toBe(0);
  });

  test('R15: its detail is cleaned, whoever the executor is', async () => {
    const detail = `\u0000${'ü'.repeat(5_000)}`;
    on.with({ http: recordingExecutor([{ kind: 'done', detail }]) }).start(claimOf(1), 0);
    await on.clock.advance(0);
    expect(on.scripted.outcomes[0]?.detail).toBe('ü'.repeat(512));
  });

  test('goes to the executor for its kind of target', async () => {
    const http = recordingExecutor();
    const grpc = recordingExecutor();
    const handler = recordingExecutor();
    const attempts = on.with({ http, grpc, handler });
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
    const attempts = on.with({ http: executor });
    attempts.start(claimOf(1), 0);
    expect(on.slots.freeAt('http://a.test')).toBe(15);
    on.scripted.unavailable = true;
    executor.end(1);
    await on.clock.advance(50);
    expect(on.slots.freeAt('http://a.test')).toBe(15);
    expect(on.freed).toBe(0);
    on.scripted.unavailable = false;
    await on.clock.advance(100);
    expect(on.slots.freeAt('http://a.test')).toBe(16);
    expect(on.freed).toBe(1);
  });

  test('attempts that end together are settled together', async () => {
    const executor = new HeldExecutor();
    const attempts = on.with({ http: executor });
    for (const claim of claimsOf(5)) attempts.start(claim, 0);
    await on.clock.advance(10);
    executor.end(5);
    await attempts.idle();
    expect(on.scripted.settles.map(({ length }) => length)).toEqual([5]);
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
    on.with({ http: executor }).start(claimOf(1, { retry: { attemptTimeoutMs: 5_000 } }), 0);
    await on.clock.advance(4_999);
    expect(reasons).toEqual([]);
    await on.clock.advance(1);
    expect(reasons).toEqual([new Error('no answer within 5000 ms')]);
    expect(on.scripted.outcomes).toMatchObject([{ kind: 'retry', contact: 'unreached' }]);
    expect(on.clock.pending).toBe(0);
  });

  test('whose executor hangs frees its slot a second later, as unanswered', async () => {
    const executor = new HeldExecutor();
    on.with({ http: executor }).start(claimOf(1), 0);
    await on.clock.advance(10_999);
    expect(executor.attempts[0]?.signal.aborted).toBe(true);
    expect(on.scripted.outcomes).toEqual([]);
    await on.clock.advance(1);
    expect(on.scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered', detail: 'no answer within 10000 ms', durationMs: 11_000 },
    ]);
    expect(on.slots.free).toBe(64);
    // What the executor says after that is of no interest.
    executor.end(1);
    await on.clock.advance(100);
    expect(on.scripted.outcomes).toHaveLength(1);
    expect(on.clock.pending).toBe(0);
  });

  test('is cut at 30 s, however long its spec would wait', async () => {
    const executor = new HeldExecutor();
    on.with({ http: executor }).start(claimOf(1, { retry: { attemptTimeoutMs: 120_000 } }), 0);
    await on.clock.advance(30_000);
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
    const attempts = on.with({ http: { execute, close: () => Promise.resolve() } });
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    expect(on.scripted.outcomes).toMatchObject([
      { kind: 'retry', contact: 'unanswered', detail: 'broken executor' },
    ]);
    expect(on.events[0]).toEqual({
      type: 'step-failed',
      step: 'execute',
      error: new Error('broken\u0000executor'),
    });
    expect(on.clock.pending).toBe(0);
  });

  test('an executor that rejects after it was left behind harms nobody', async () => {
    let reject: (error: Error) => void = () => undefined;
    const execute = () => new Promise<AttemptResult>((_, no) => (reject = no));
    const attempts = on.with({ http: { execute, close: () => Promise.resolve() } });
    attempts.start(claimOf(1), 0);
    await on.clock.advance(11_000);
    reject(new Error('oh'));
    await on.clock.advance(0);
    expect(on.scripted.outcomes).toHaveLength(1);
  });
});

test('an outcome is offered for 20 s beyond its claim, then its slot is free again', async () => {
  const attempts = on.with({ http: recordingExecutor() });
  on.scripted.unavailable = true;
  attempts.start(claimOf(1), 0);
  await on.clock.advance(59_000);
  expect(on.slots.free).toBe(63);
  await on.clock.advance(3_000);
  expect(on.slots.free).toBe(64);
  expect(on.clock.pending).toBe(0);
});
