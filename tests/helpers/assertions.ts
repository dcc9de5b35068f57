import { expect } from 'vitest';
import { eventually, throughout, type Patience } from './eventually.js';
import type { RecordedCall, RunningMock, WireObject } from './mock.js';
import type { RawClient } from './raw-client.js';
import { RawError } from './raw-error.js';
import type { RawLease } from './raw-messages.js';

type State = 'ACTIVE' | 'EXPIRED' | 'RELEASED';

/** Waits until the object is collected; then looks on for `settleMs`, and expects that nobody calls again (S9). */
export async function expectCollectedOnce(
  mock: RunningMock,
  object: WireObject,
  { settleMs = 300, ...patience }: Patience & { readonly settleMs?: number } = {},
): Promise<RecordedCall> {
  const only = async () => {
    const [call, ...others] = await mock.calls(object);
    expect(others, 'calls beyond the first').toEqual([]);
    if (!call) throw new Error(`${object.type}/${object.id} was not collected`);
    return call;
  };
  const call = await eventually(only, patience);
  await throughout(settleMs, only);
  return call;
}

/** Waits until the mock was called `count` times for the object: the same cleanup each time, attempts growing (S7). */
export async function expectAttempts(
  mock: RunningMock,
  object: WireObject,
  count: number,
  patience?: Patience,
): Promise<readonly RecordedCall[]> {
  const calls = await eventually(async () => {
    const seen = await mock.calls(object);
    expect(seen).toHaveLength(count);
    return seen;
  }, patience);
  expect(new Set(calls.map(({ body }) => `${body.cleanup_id} ${body.generation}`)).size).toBe(1);
  for (const [index, { body }] of calls.entries()) {
    const before = calls[index - 1]?.body;
    if (!before) continue;
    expect(body.attempt).toBeGreaterThan(before.attempt);
    expect(body.fence).toBeGreaterThan(before.fence);
  }
  return calls;
}

/** Looks on for `forMs`, and expects that nobody calls for the object. */
export async function expectNotCollected(
  mock: RunningMock,
  object: WireObject,
  forMs: number,
): Promise<void> {
  await throughout(forMs, async () => {
    expect(await mock.calls(object)).toEqual([]);
  });
}

/** Waits until the lease is in the state. */
export function expectLeaseState(
  client: RawClient,
  leaseId: string,
  state: State,
  patience?: Patience,
): Promise<RawLease> {
  return eventually(async () => {
    const { lease } = await client.call('GetLease', { lease_id: leaseId });
    expect(lease.state).toBe(`LEASE_STATE_${state}`);
    return lease;
  }, patience);
}

export interface ExpectedRefusal {
  /** The gRPC status by its name. */
  readonly code: string;
  readonly reason: string;
  /** If given: exactly these are named. */
  readonly fields?: readonly string[];
}

/** Expects that a call is refused, with the gRPC status, the reason and, if given, exactly these fields named. */
export async function expectRefusal(call: Promise<unknown>, expected: ExpectedRefusal): Promise<RawError> {
  return expectRefused(await call.catch((error: unknown) => error), expected);
}

/** The same of an answer that is there already, such as an element of a batch. */
export function expectRefused(error: unknown, expected: ExpectedRefusal): RawError {
  if (!(error instanceof RawError)) {
    throw error instanceof Error
      ? error
      : new Error(`was not refused, but answered ${JSON.stringify(error)}`);
  }
  const { code, reason, domain } = error;
  expect({ code, reason, domain }, error.message).toEqual({
    code: expected.code,
    reason: expected.reason,
    domain: 'lease.v1',
  });
  if (expected.fields)
    expect(error.violations.map(({ field }) => field).sort()).toEqual([...expected.fields].sort());
  return error;
}
