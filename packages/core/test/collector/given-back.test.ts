import { beforeEach, describe, expect, test } from 'vitest';
import { handlerExecutor } from '../../src/index.js';
import { FAILURES_TO_OPEN, FIRST_OPEN_MS } from '../../src/collector/breaker.js';
import { recordingExecutor } from '../../src/testing/index.js';
import { AttemptsFixture } from './attempts-fixture.js';
import { HeldExecutor } from './held-executor.js';
import { claimOf, claimsOf } from './scripted-store.js';

let on: AttemptsFixture;

beforeEach(() => {
  on = new AttemptsFixture();
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
      const attempts = on.with({ http: executor });
      await on.clock.advance(ageMs);
      attempts.start(claimOf(1, { retry: { attemptTimeoutMs } }), 0);
      await attempts.idle();
      expect(on.scripted.outcomes).toMatchObject([{ kind }]);
      expect(executor.claims).toHaveLength(kind === 'done' ? 1 : 0);
    },
  );

  test('carries no duration, since nothing was sent', async () => {
    const attempts = on.with({ http: recordingExecutor() });
    await on.clock.advance(39_000);
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    const { object } = claimOf(1);
    expect(on.scripted.outcomes).toEqual([
      { kind: 'unstarted', cleanupId: 'c-1', object, fence: 1, detail: 'only 1000 ms of the claim are left' },
    ]);
    expect(on.ended).toMatchObject([{ outcome: 'unstarted', durationMs: 0 }]);
  });

  test('is not spent on an endpoint that this process cannot serve: another may, and this one looks away', async () => {
    const attempts = on.with({
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
    expect(on.scripted.outcomes).toMatchObject([
      { fence: 1, kind: 'unstarted', detail: 'this process has no executor for grpc targets' },
      { fence: 2, kind: 'unstarted', detail: 'this process has no handler for objects of type custom' },
      { fence: 3, kind: 'done' },
    ]);
    expect(on.passedOver.current()).toEqual(['grpc://a', 'handler:custom']);
  });

  test('is what becomes of more claims than there are slots', async () => {
    const executor = new HeldExecutor();
    const attempts = on.with({ http: executor });
    for (const claim of claimsOf(17)) attempts.start(claim, 0);
    await on.clock.advance(0);
    expect(executor.attempts).toHaveLength(16);
    expect(on.scripted.outcomes).toMatchObject([{ fence: 17, kind: 'unstarted' }]);
    expect(on.slots.free).toBe(48);
    executor.end(16);
    await attempts.idle();
    expect(on.slots.free).toBe(64);
  });

  test('is one whose breaker opened meanwhile: no attempt is spent on an endpoint that is known to fail', async () => {
    const executor = new HeldExecutor();
    const attempts = on.with({ http: executor });
    for (const claim of claimsOf(6)) attempts.start(claim, 0);
    executor.end(FAILURES_TO_OPEN, { kind: 'retry', contact: 'unreached' });
    await on.clock.advance(0);
    attempts.start(claimOf(7), 0);
    await on.clock.advance(FIRST_OPEN_MS);
    for (const claim of claimsOf(2, {}, 8)) attempts.start(claim, 0);
    await on.clock.advance(0);
    const detail = 'the breaker of its endpoint opened meanwhile';
    expect(on.scripted.outcomes.slice(5)).toMatchObject([
      { fence: 7, kind: 'unstarted', detail },
      { fence: 9, kind: 'unstarted', detail },
    ]);
    expect(executor.attempts.map(({ claim }) => claim.fence)).toEqual([6, 8]);
    // Others cannot serve it better.
    expect(on.passedOver.current()).toEqual([]);
    executor.end(2);
    await attempts.idle();
    expect(on.slots.free).toBe(64);
    expect(on.breakers.forClaim(64).passOver).toEqual([]);
  });

  test.each([
    [60_000, 30_000],
    [2_000, 2_000],
  ])(
    'where the policy grants a rest of at most %i ms, is one that comes within %i ms of a Retry-After of 30 s',
    async (maxBackoffMs, openMs) => {
      const asks = { kind: 'retry', contact: 'answered', retryAfterMs: 30_000 } as const;
      const attempts = on.with({
        http: recordingExecutor(Array.from({ length: FAILURES_TO_OPEN }, () => asks)),
      });
      for (const claim of claimsOf(FAILURES_TO_OPEN, { retry: { maxBackoffMs } })) attempts.start(claim, 0);
      await on.clock.advance(openMs - 1);
      attempts.start(claimOf(6), on.clock.monotonicMs());
      await on.clock.advance(1);
      attempts.start(claimOf(7), on.clock.monotonicMs());
      await attempts.idle();
      expect(on.scripted.outcomes.slice(FAILURES_TO_OPEN)).toMatchObject([
        { fence: 6, kind: 'unstarted' },
        { fence: 7, kind: 'done' },
      ]);
    },
  );

  test('is every claim after close()', async () => {
    const executor = recordingExecutor();
    const attempts = on.with({ http: executor });
    attempts.close();
    attempts.start(claimOf(1), 0);
    await attempts.idle();
    expect(on.scripted.outcomes).toMatchObject([{ kind: 'unstarted', detail: 'the collector is stopping' }]);
    expect(executor.claims).toEqual([]);
    expect(on.passedOver.current()).toEqual([]);
  });
});
