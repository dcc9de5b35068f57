import type { CleanupClaim } from '@lease/core';
import { httpCleanup, objectRef, recordingExecutor } from '@lease/core/testing';
import { describe, expect, test } from 'vitest';

const claimOf = (attempt: number): CleanupClaim => ({
  cleanupId: '00000000-0000-4000-8000-000000000001',
  object: objectRef('x'),
  generation: 1,
  fence: attempt,
  attempt,
  reason: 'EXPIRED',
  dueTime: 0,
  lastLeaseId: '00000000-0000-4000-8000-000000000002',
  leaseId: '00000000-0000-4000-8000-000000000002',
  serviceId: 'service-a',
  metadata: new Map(),
  spec: httpCleanup(),
  endpoint: 'http://127.0.0.1:8080',
});
const { signal } = new AbortController();

describe('recordingExecutor', () => {
  test('answers as scripted, then done, and records every claim', async () => {
    const executor = recordingExecutor([{ kind: 'retry', contact: 'answered', statusCode: 503 }]);
    const results = [await executor.execute(claimOf(1), signal), await executor.execute(claimOf(2), signal)];
    expect(results).toEqual([{ kind: 'retry', contact: 'answered', statusCode: 503 }, { kind: 'done' }]);
    expect(executor.claims.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('a function decides by claim and signal, in its own time', async () => {
    const executor = recordingExecutor(
      ({ attempt }, aborted) =>
        new Promise((resolve) => {
          aborted.addEventListener('abort', () => {
            resolve({ kind: 'retry', contact: 'unanswered', detail: `attempt ${attempt} was cut off` });
          });
        }),
    );
    const controller = new AbortController();
    const result = executor.execute(claimOf(7), controller.signal);
    expect(executor.inFlight).toBe(1);
    controller.abort();
    expect(await result).toMatchObject({ contact: 'unanswered', detail: 'attempt 7 was cut off' });
    expect(executor.inFlight).toBe(0);
  });

  test('tells whether it was closed', async () => {
    const executor = recordingExecutor();
    expect(executor.closed).toBe(false);
    await executor.close();
    expect(executor.closed).toBe(true);
  });
});
