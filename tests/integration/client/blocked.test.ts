import { HoldNotHeldError, LeaseClient, type Hold } from '@lease/client';
import { expect, it, onTestFinished } from 'vitest';
import {
  anObject,
  eventually,
  expectCollectedOnce,
  expectNotCollected,
  RawClient,
  startMock,
  startServer,
} from '../../helpers/index.js';

const TTL_MS = 1_000;

/** Stops this thread, and with it every timer and socket of the client. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function clientOf(address: string): LeaseClient {
  const client = new LeaseClient({ address, serviceId: 'blocked' });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

/** A hold on an object of its own, and the states that it went through. */
async function holdAt(address: string, cleanupUrl: string) {
  const states: string[] = [];
  const object = anObject();
  const hold = await clientOf(address).hold({
    object,
    ttlMs: TTL_MS,
    cleanup: { http: { url: cleanupUrl } },
    onStateChange: (state) => states.push(state),
  });
  return { hold, object, states };
}

/** What the first statement after the block sees, and the second. */
function blockTwiceTheTtl(hold: Hold): { readonly state: string; readonly thrown: unknown } {
  block(2 * TTL_MS);
  const { state } = hold;
  try {
    hold.assertHeld();
    return { state, thrown: undefined };
  } catch (thrown) {
    return { state, thrown };
  }
}

it('F13: after a block of 2 x TTL the first statement sees a hold that is not held, and loses it if it has ended', async () => {
  await using mock = await startMock();
  await using server = await startServer({ flags: ['--grace', '100ms'] });
  const { hold, object, states } = await holdAt(server.grpc, mock.http);
  await eventually(() => {
    expect(hold.lease.renewalCount).toBeGreaterThan(0);
    expect(hold.state).toBe('held');
  });

  const { state, thrown } = blockTwiceTheTtl(hold);
  expect(state).toBe('doubtful');
  expect(thrown).toBeInstanceOf(HoldNotHeldError);
  expect(hold.signal.aborted).toBe(false);

  // The server ended the lease meanwhile, as it said it would.
  await eventually(() => expect(hold.state).toBe('lost'));
  expect(hold.signal.aborted).toBe(true);
  expect(() => {
    hold.assertHeld();
  }).toThrow(HoldNotHeldError);
  await eventually(() => expect(states).toEqual(['doubtful', 'lost']));
  await expectCollectedOnce(mock, object);
  // S4: a lost lease is never renewed.
  using raw = new RawClient(server.grpc);
  const { lease } = await raw.call('GetLease', { lease_id: hold.leaseId });
  expect(lease.state).toBe('LEASE_STATE_EXPIRED');
  expect(lease.renewal_count).toBe(hold.lease.renewalCount);
  await hold.release();
});

it('F13: and it is held again once the server has renewed it within the grace', async () => {
  await using mock = await startMock();
  await using server = await startServer({ flags: ['--grace', '60s'] });
  const { hold, object, states } = await holdAt(server.grpc, mock.http);
  const { state, thrown } = blockTwiceTheTtl(hold);
  expect(state).toBe('doubtful');
  expect(thrown).toBeInstanceOf(HoldNotHeldError);
  await eventually(() => expect(hold.state).toBe('held'));
  hold.assertHeld();
  await eventually(() => expect(states).toEqual(['doubtful', 'held']));
  await expectNotCollected(mock, object, 100);
  await hold.release();
  await expectCollectedOnce(mock, object);
});
