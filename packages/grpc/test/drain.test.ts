import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { LeaseStore } from '@lease/core';
import { describe, expect, it, vi } from 'vitest';
import { create, errorOf, leaseId, served, valueOf } from './served.js';

/** A store whose reads wait until the test lets them go. */
function held() {
  let waiting = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const store = (real: LeaseStore): LeaseStore =>
    Object.assign(Object.create(real) as LeaseStore, {
      get: async (id: string) => {
        waiting += 1;
        await gate;
        return real.get(id);
      },
      create: (commands: Parameters<LeaseStore['create']>[0]) => real.create(commands),
      close: () => real.close(),
    });
  return { store, open: () => open(), waiting: () => waiting };
}

describe('draining', () => {
  it('finishes the calls under way and refuses new ones as SHUTTING_DOWN', async () => {
    const gate = held();
    await using lease = await served({ store: gate.store });
    valueOf(await lease.call('createLease', create(1)));
    const underWay = lease.call('getLease', { leaseId: leaseId(1) });
    await vi.waitUntil(() => gate.waiting() === 1);
    let drained = false;
    const drain = lease.mounted.drain().then(() => (drained = true));
    expect(errorOf(await lease.call('createLease', create(2)))).toMatchObject({
      code: status.UNAVAILABLE,
      reason: 'SHUTTING_DOWN',
    });
    expect(drained).toBe(false);
    gate.open();
    expect(valueOf(await underWay).lease?.leaseId).toBe(leaseId(1));
    await drain;
  });

  it('is over at once where nothing is under way, and again', async () => {
    await using lease = await served();
    await lease.mounted.drain();
    await lease.mounted.drain();
    expect(errorOf(await lease.call('createLease', create(1)))).toMatchObject({ reason: 'SHUTTING_DOWN' });
  });

  it('a call that its client gave up still counts until it has ended', async () => {
    const gate = held();
    await using lease = await served({ store: gate.store });
    const deadline = Date.now() + 200;
    const error = errorOf(await lease.call('getLease', { leaseId: leaseId(1) }, { deadline }));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    let drained = false;
    const drain = lease.mounted.drain().then(() => (drained = true));
    await new Promise((turn) => setImmediate(turn));
    expect(drained).toBe(false);
    gate.open();
    await drain;
  });
});

describe('deadlines', () => {
  it('a call whose deadline passed while the event loop was blocked is not started', async () => {
    // Blocks between the headers, which start the deadline, and the message, which is read before any timer runs.
    const block: ServerInterceptor = (_, call) => {
      while (Date.now() <= Number(call.getDeadline()));
      return new ServerInterceptingCall(call);
    };
    await using lease = await served({ interceptors: [block] });
    const error = errorOf(await lease.call('createLease', create(1), { deadline: Date.now() + 300 }));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    await new Promise((turn) => setImmediate(turn));
    expect((await lease.store.stats()).leases.created).toBe(0);
  });
});
