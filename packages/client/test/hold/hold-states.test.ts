import { beforeEach, describe, expect, it } from 'vitest';
import { createHold, type HoldOptions } from '../../src/hold/create-hold.js';
import { HoldNotHeldError } from '../../src/hold/hold-not-held-error.js';
import { LeaseError } from '../../src/lease-error.js';
import { refused, unavailable, VirtualServer } from '../support/virtual-server.js';
import { settled, VirtualTime } from '../support/virtual-time.js';

const TTL = 30_000;
const object = { type: 'custom', id: 'x' };

let time: VirtualTime;
let server: VirtualServer;
const take = (options: Partial<HoldOptions> = {}) =>
  createHold(server, time, { object, ttlMs: TTL, ...options });

beforeEach(() => {
  time = new VirtualTime();
  server = new VirtualServer(time.clock);
});

describe('held', () => {
  it('S2: renews within a third of the TTL, for as long as it is answered', async () => {
    const hold = await take();
    for (let second = 0; second < 300; second += 1) {
      await time.advance(1_000);
      expect(hold.state).toBe('held');
    }
    const at = server.calls.map(({ atMs }) => atMs);
    const pauses = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
    expect(pauses.length).toBeGreaterThanOrEqual(30);
    for (const pause of pauses) {
      expect(pause).toBeLessThanOrEqual(TTL / 3);
      expect(pause).toBeGreaterThanOrEqual((TTL / 3) * 0.8);
    }
    expect(new Set(pauses).size, 'jitter').toBeGreaterThan(pauses.length / 2);
  });

  it('S2: lasts from the sending of the request, whenever the answer comes', async () => {
    server.requestMs = 4_000;
    server.answerMs = 5_000;
    const taking = take();
    await time.advance(9_000);
    const hold = await taking;
    server.fate = () => 'unavailable';
    await time.advance(TTL - 9_000 - 1);
    expect(hold.state).toBe('held');
    expect(() => hold.assertHeld()).not.toThrow();
    await time.advance(1);
    expect(hold.state).toBe('doubtful');
  });

  it('S12: a lease that was there before is held for what is left of it', async () => {
    const leaseId = time.random.uuid();
    const first = await take({ leaseId });
    server.fate = () => 'unavailable';
    await time.advance(TTL - 3_000);
    expect(first.state).toBe('held');

    server.fate = () => 'answer';
    const second = await take({ leaseId });
    server.fate = () => 'unavailable';
    await time.advance(2_999);
    expect(second.state).toBe('held');
    expect(server.renewals.length, 'it did not wait for a third of the TTL').toBeGreaterThan(0);
    await time.advance(1);
    expect(second.state).toBe('doubtful');
  });

  it('S12: a lease that was there before and has ended is no hold', async () => {
    const leaseId = time.random.uuid();
    const first = await take({ leaseId });
    await first.release();
    await expect(take({ leaseId })).rejects.toMatchObject({ name: 'LeaseError', reason: 'LEASE_ENDED' });
  });

  it('S15: a step of the store clock does not lengthen it', async () => {
    const hold = await take();
    server.skewMs -= 3_600_000;
    await time.advance(TTL / 2);
    expect(server.renewals).not.toHaveLength(0);
    const renewedAt = server.renewals.at(-1)?.atMs ?? 0;
    server.fate = () => 'unavailable';
    await time.advance(renewedAt + TTL - time.clock.monotonicMs() - 1);
    expect(hold.state).toBe('held');
    await time.advance(1);
    expect(hold.state).toBe('doubtful');
  });

  it('R12: renews a lease of a hundred days in a month, not at once', async () => {
    const day = 86_400_000;
    const hold = await take({ ttlMs: 100 * day });
    await time.advance(26 * day);
    expect(server.renewals).toHaveLength(0);
    await time.advance(8 * day);
    expect(server.renewals).toHaveLength(1);
    expect(hold.state).toBe('held');
  });
});

describe('doubtful', () => {
  it('F13: the first statement after a blocked event loop sees it, before any timer ran', async () => {
    const hold = await take();
    time.block(2 * TTL);
    expect(hold.state).toBe('doubtful');
    expect(() => hold.assertHeld()).toThrow(HoldNotHeldError);
    expect(() => hold.assertHeld()).toThrow(/doubtful/);
    expect(hold.signal.aborted).toBe(false);
  });

  it('S2: a late renewal rescues the lease', async () => {
    const states: string[] = [];
    const hold = await take({ onStateChange: (state) => states.push(state) });
    server.fate = () => 'unavailable';
    await time.advance(TTL + 2_000);
    expect(hold.state).toBe('doubtful');
    server.fate = () => 'answer';
    await time.advance(3_000);
    expect(hold.state).toBe('held');
    hold.assertHeld();
    expect(states).toEqual(['doubtful', 'held']);
  });

  it('F13: an answer that waited behind a blocked event loop vouches only for the time after its request', async () => {
    const hold = await take();
    server.answerMs = 500;
    await time.advance(TTL / 3);
    expect(server.renewals).toHaveLength(1);
    time.block(2 * TTL);
    await time.advance(0);
    expect(server.lease?.renewTime.getTime(), 'it was carried out').toBeGreaterThan(
      server.lease?.createTime.getTime() ?? 0,
    );
    expect(hold.state).toBe('doubtful');
    await time.advance(4_000);
    expect(hold.state).toBe('held');
  });

  it('an answer to a creation that took longer than the TTL leaves it doubtful, and is followed by a renewal', async () => {
    server.answerMs = 3_000;
    const taking = take({ ttlMs: 2_000 });
    await time.advance(3_000);
    const hold = await taking;
    expect(hold.state).toBe('doubtful');
    server.answerMs = 0;
    await time.advance(200);
    expect(hold.state).toBe('held');
  });

  it('tells of the doubt at the moment it begins', async () => {
    const states: [string, number][] = [];
    const startMs = time.clock.monotonicMs();
    await take({ onStateChange: (state) => states.push([state, time.clock.monotonicMs() - startMs]) });
    server.fate = () => 'unavailable';
    await time.advance(2 * TTL);
    expect(states).toEqual([['doubtful', TTL]]);
  });

  it.each([
    ['a fault', new LeaseError({ code: 'INTERNAL', message: 'x' })],
    ['a status without a reason of ours', new LeaseError({ code: 'NOT_FOUND', message: 'a proxy' })],
    ['overload', refused('OVERLOADED')],
    ['no answer', unavailable()],
  ])('%s ends nothing', async (_what, fate) => {
    const hold = await take();
    server.fate = () => fate;
    await time.advance(3 * TTL);
    expect(hold.state).toBe('doubtful');
    server.fate = () => 'answer';
    await time.advance(5_000);
    expect(hold.state).toBe('held');
  });
});

describe('lost', () => {
  it.each(['LEASE_ENDED', 'LEASE_NOT_FOUND', 'NOT_LEASE_HOLDER'] as const)(
    'S4: %s loses it at once, and it is never renewed again',
    async (reason) => {
      const states: string[] = [];
      const hold = await take({ onStateChange: (state) => states.push(state) });
      server.fate = () => refused(reason);
      await time.advance(TTL / 3);
      expect(hold.state).toBe('lost');
      expect(() => hold.assertHeld()).toThrow(/lost/);
      expect(states).toEqual(['lost']);

      expect(hold.signal.aborted).toBe(true);
      const error: unknown = hold.signal.reason;
      expect(error).toBeInstanceOf(HoldNotHeldError);
      expect(error).toMatchObject({ state: 'lost', leaseId: hold.leaseId, cause: { reason } });

      server.fate = () => 'answer';
      const before = server.calls.length;
      await time.advance(100 * TTL);
      expect(server.calls).toHaveLength(before);
      expect(time.pendingTimers).toBe(0);
      expect(hold.state).toBe('lost');
    },
  );

  it('S4: a lease that expired while the process stood still is lost, not renewed', async () => {
    const hold = await take();
    time.block(2 * TTL);
    server.expire();
    expect(hold.state).toBe('doubtful');
    await time.advance(1);
    expect(hold.state).toBe('lost');
    expect(server.lease?.state).toBe('EXPIRED');
  });
});

describe('creation', () => {
  it('ends in time even if the transport hangs and is deaf', async () => {
    server.fate = () => 'deaf';
    const taking = take();
    const failed = expect(taking).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await time.advance(10_000);
    await failed;
    expect(server.calls[0]?.signal.aborted).toBe(true);
    expect(time.pendingTimers).toBe(0);
  });

  it('is given up with the reason of the signal', async () => {
    server.fate = () => 'deaf';
    const aborter = new AbortController();
    const taking = createHold(server, time, { object }, { signal: aborter.signal });
    const failed = expect(taking).rejects.toThrow('changed my mind');
    await settled();
    aborter.abort(new Error('changed my mind'));
    await failed;
    await expect(createHold(server, time, { object }, { signal: aborter.signal })).rejects.toThrow(
      'changed my mind',
    );
    expect(server.calls).toHaveLength(1);
  });
});
