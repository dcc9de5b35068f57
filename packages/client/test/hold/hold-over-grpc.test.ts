import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseState } from '@lease/protocol';
import { HoldNotHeldError, type HoldState, LeaseClient } from '../../src/index.js';
import { refusedAs, ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const object = { type: 'custom', id: 'x' };
const TTL = 300;

let server: ScriptedServer;
let client: LeaseClient;

beforeEach(async () => {
  server = await ScriptedServer.start();
  client = new LeaseClient({ address: server.address, serviceId: 'tests' });
});

afterEach(() => {
  client.close();
  server.kill();
});

/** Blocks the event loop: no timer, no socket, no promise moves. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

const renewals = () => server.requests('renewLease').length;

describe('F13: an event loop that is blocked for 2 x TTL', () => {
  it('shows in the first statement after the block; the hold recovers when its renewal is answered', async () => {
    const states: HoldState[] = [];
    await using hold = await client.hold({
      object,
      ttlMs: TTL,
      onStateChange: (state) => states.push(state),
    });
    await until('it was renewed', () => renewals() >= 2);
    hold.assertHeld();

    block(2 * TTL);
    expect(hold.state).not.toBe('held');
    expect(() => hold.assertHeld()).toThrow(HoldNotHeldError);

    await until('it recovers', () => hold.state === 'held');
    expect(hold.signal.aborted).toBe(false);
    expect(states.every((state) => state === 'held' || state === 'doubtful')).toBe(true);
  });

  it('S4: and whose lease was ended meanwhile is lost, and never renewed', async () => {
    const hold = await client.hold({ object, ttlMs: TTL });
    await until('it was renewed', () => renewals() >= 1);
    block(2 * TTL);
    expect(hold.state).toBe('doubtful');
    for (const lease of server.leases.values()) lease.state = LeaseState.EXPIRED;

    await until('it is lost', () => hold.state === 'lost');
    expect(hold.signal.reason).toMatchObject({ cause: { reason: 'LEASE_ENDED' } });
    const asked = renewals();
    const other = await client.hold({ object, ttlMs: TTL });
    await until('time has passed', () => other.lease.renewalCount >= 5);
    await other.release();
    const mine = server
      .requests<{ leaseId: string }>('renewLease')
      .filter((each) => each.leaseId === hold.leaseId);
    expect(mine.length).toBeLessThanOrEqual(asked);
    expect([...server.leases.values()].find(({ leaseId }) => leaseId === hold.leaseId)?.state).toBe(
      LeaseState.EXPIRED,
    );
  });
});

it('a hold outlives many TTLs, and ends released', async () => {
  const hold = await client.hold({ object, ttlMs: TTL, metadata: { owner: 'me' } });
  await until('it was renewed', () => hold.lease.renewalCount >= 6);
  expect(hold.lease.metadata['owner']).toBe('me');
  await hold.release('KEEP');
  expect(hold.lease).toMatchObject({ state: 'RELEASED', disposition: 'KEEP' });
});

it('F1: a hold survives the restart of its server', async () => {
  await using hold = await client.hold({ object, ttlMs: TTL });
  const { leases, port } = server;
  server.kill();
  await until('it is in doubt', () => hold.state === 'doubtful');
  server = await ScriptedServer.start(port);
  for (const [id, lease] of leases) server.leases.set(id, lease);
  await until('it is held again', () => hold.state === 'held');
});

it('F15: a hold moves to another replica without falling into doubt', async () => {
  const other = await ScriptedServer.start();
  const both = new LeaseClient({ addresses: [server.address, other.address], serviceId: 'tests' });
  const states: HoldState[] = [];
  const hold = await both.hold({ object, ttlMs: 3_000, onStateChange: (state) => states.push(state) });
  const [first, second] = server.leases.size > 0 ? [server, other] : [other, server];
  for (const [id, lease] of first.leases) second.leases.set(id, lease);
  first.before = () => {
    throw refusedAs('SHUTTING_DOWN');
  };
  await until('the other one renewed it', () => second.requests('renewLease').length > 0);
  expect(hold.state).toBe('held');
  await hold.release();
  expect(states).toEqual(['released']);
  both.close();
  other.kill();
});

it('F4: a hung server does not stop the renewals', async () => {
  await using hold = await client.hold({ object, ttlMs: TTL });
  server.before = () => new Promise(() => undefined);
  await until('it is in doubt', () => hold.state === 'doubtful');
  await until('it goes on asking', () => renewals() >= 2);
  server.before = () => undefined;
  await until('it is held again', () => hold.state === 'held');
});
