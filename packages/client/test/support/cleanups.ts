import type { Cleanup } from '../../src/receiver/index.js';

/** A cleanup as the server would send it, with a new id unless one is given. */
export function cleanup(more: Partial<Cleanup> = {}): Cleanup {
  return {
    cleanupId: crypto.randomUUID(),
    object: { type: 'temporary-file', id: '/tmp/x' },
    generation: 1_700_000_000_000_000,
    fence: 1_700_000_000_000_001,
    attempt: 1,
    reason: 'EXPIRED',
    dueTime: new Date('2026-11-22T12:00:00.123Z'),
    lastLeaseId: '22222222-2222-4222-8222-222222222222',
    leaseId: '11111111-1111-4111-8111-111111111111',
    serviceId: 'tests',
    metadata: Object.assign(Object.create(null) as Record<string, string>, { owner: 'me' }),
    payload: '{}',
    ...more,
  };
}

/** The JSON body of the HTTP callback. */
export function bodyOf(each: Cleanup): Record<string, unknown> {
  return {
    lease_id: each.leaseId,
    service_id: each.serviceId,
    metadata: each.metadata,
    payload: each.payload,
    object_id: each.object.id,
    object_type: each.object.type,
    last_lease_id: each.lastLeaseId,
    reason: each.reason,
    due_time: each.dueTime.toISOString(),
    cleanup_id: each.cleanupId,
    generation: each.generation,
    fence: each.fence,
    attempt: each.attempt,
  };
}

/** A promise and its resolution. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const waiting: (() => void)[] = [];
  const passed = new Promise<void>((resolve) => waiting.push(resolve));
  return {
    passed,
    open: () => {
      for (const resolve of waiting) resolve();
    },
  };
}
