import { beforeEach, describe, expect, it } from 'vitest';
import { createHold, type HoldOptions } from '../../src/hold/create-hold.js';
import type { HoldState } from '../../src/hold/hold-state.js';
import { LeaseError } from '../../src/lease-error.js';
import { type Fate, refused, VirtualServer } from '../support/virtual-server.js';
import { settled, VirtualTime } from '../support/virtual-time.js';

const TTL = 30_000;

let time: VirtualTime;
let server: VirtualServer;
let states: HoldState[];
const take = (options: Partial<HoldOptions> = {}) =>
  createHold(server, time, {
    object: { type: 'custom', id: 'x' },
    ttlMs: TTL,
    onStateChange: (state) => states.push(state),
    ...options,
  });
const onRelease = (fate: Fate) => {
  server.fate = (verb) => (verb === 'release' ? fate : 'answer');
};

const untilRenewing = async () => {
  while (server.renewals.length === 0) await time.advance(50);
};

beforeEach(() => {
  time = new VirtualTime();
  server = new VirtualServer(time.clock);
  states = [];
});

describe('COLLECT', () => {
  it('ends the lease, and no renewal follows', async () => {
    const hold = await take();
    await hold.release();
    expect(hold.state).toBe('released');
    expect(hold.lease).toMatchObject({ state: 'RELEASED', disposition: 'COLLECT' });
    expect(() => hold.assertHeld()).toThrow(/released/);
    expect(hold.signal.aborted, 'only a loss aborts').toBe(false);
    expect(time.pendingTimers).toBe(0);
    await time.advance(10 * TTL);
    expect(server.calls.map(({ verb }) => verb)).toEqual(['create', 'release']);
    expect(states).toEqual(['released']);
  });

  it('S4: vouches for nothing from the moment it is sent', async () => {
    const hold = await take();
    server.requestMs = 100;
    const releasing = hold.release();
    expect(hold.state).toBe('released');
    await time.advance(100);
    await releasing;
  });

  it.each<Fate>(['answer', 'deaf', refused('LEASE_ENDED')])(
    'S4: ends released while a renewal is under way, whatever becomes of that (%s)',
    async (fate) => {
      const hold = await take();
      server.requestMs = 300;
      server.fate = (verb) => (verb === 'renew' ? fate : 'answer');
      await untilRenewing();
      const releasing = hold.release();
      expect(server.renewals[0]?.signal.aborted, 'the renewal is given up').toBe(true);
      await time.advance(10_000);
      await releasing;
      expect(hold.state).toBe('released');
      expect(server.lease?.state).toBe('RELEASED');
      expect(states).toEqual(['released']);
      expect(server.renewals).toHaveLength(1);
    },
  );

  it('S4: a renewal that arrives after the release resurrects nothing', async () => {
    const hold = await take();
    server.requestMs = 300;
    await untilRenewing();
    server.requestMs = 0;
    await hold.release();
    await time.advance(1_000);
    expect(server.lease?.state).toBe('RELEASED');
    expect(hold.state).toBe('released');
  });

  it('without an answer it rejects, stays released, and can be repeated', async () => {
    const hold = await take();
    onRelease('unavailable');
    await expect(hold.release()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(hold.state).toBe('released');
    await time.advance(10 * TTL);
    expect(server.renewals).toHaveLength(0);
    onRelease('answer');
    await hold.release();
    expect(server.lease?.state).toBe('RELEASED');
  });

  it('gives up in time, and hands the deadline on', async () => {
    const hold = await take();
    onRelease('deaf');
    const failed = expect(hold.release('COLLECT', { timeoutMs: 700 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await time.advance(700);
    await failed;
    expect(server.calls.at(-1)).toMatchObject({ verb: 'release', timeoutMs: 700 });
  });

  it('on a lost hold asks for nothing', async () => {
    const hold = await take();
    server.fate = () => refused('LEASE_ENDED');
    await time.advance(TTL);
    await hold.release();
    expect(hold.state).toBe('lost');
    expect(server.calls.some(({ verb }) => verb === 'release')).toBe(false);
  });

  it('releases a doubtful hold', async () => {
    const hold = await take();
    server.fate = () => 'unavailable';
    await time.advance(2 * TTL);
    server.fate = () => 'answer';
    await hold.release();
    expect(hold.state).toBe('released');
    expect(states).toEqual(['doubtful', 'released']);
  });
});

describe('KEEP', () => {
  it('is released when the server has answered, not before', async () => {
    const hold = await take();
    server.answerMs = 100;
    const releasing = hold.release('KEEP');
    await time.advance(99);
    expect(hold.state).toBe('held');
    await time.advance(1);
    await releasing;
    expect(hold.state).toBe('released');
    expect(server.lease?.disposition).toBe('KEEP');
    expect(time.pendingTimers).toBe(0);
  });

  it('goes on asking after an outage outlasted the call, so that the object does not expire', async () => {
    const hold = await take();
    onRelease('unavailable');
    await expect(hold.release('KEEP')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(hold.state).toBe('held');
    await time.advance(TTL / 2);
    onRelease('answer');
    await time.advance(TTL / 3);
    expect(hold.state).toBe('released');
    expect(server.lease).toMatchObject({ state: 'RELEASED', disposition: 'KEEP' });
    expect(states).toEqual(['released']);
  });

  it('that was carried out without our knowing ends released, not lost', async () => {
    const hold = await take();
    onRelease('lost reply');
    await expect(hold.release('KEEP')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.lease?.state).toBe('RELEASED');
    onRelease('answer');
    await time.advance(TTL);
    expect(hold.state).toBe('released');
  });

  it('that is refused leaves the hold as it was', async () => {
    const hold = await take();
    onRelease(refused('CLEANUP_OWNED'));
    await expect(hold.release('KEEP')).rejects.toMatchObject({ reason: 'CLEANUP_OWNED' });
    await time.advance(10 * TTL);
    expect(hold.state).toBe('held');
    expect(server.renewals.length).toBeGreaterThan(25);
    onRelease('answer');
    await hold.release();
    expect(server.lease?.disposition).toBe('COLLECT');
  });

  it('S4: finds the lease expired: lost', async () => {
    const hold = await take();
    server.expire();
    await expect(hold.release('KEEP')).rejects.toMatchObject({ reason: 'LEASE_ENDED' });
    expect(hold.state).toBe('lost');
    expect(hold.signal.aborted).toBe(true);
    await expect(hold.release('KEEP')).rejects.toMatchObject({ name: 'HoldNotHeldError', state: 'lost' });
  });

  it('that the caller gave up is still asked for', async () => {
    const hold = await take();
    onRelease('deaf');
    const aborter = new AbortController();
    const failed = expect(hold.release('KEEP', { signal: aborter.signal })).rejects.toThrow('enough');
    await settled();
    aborter.abort(new Error('enough'));
    await failed;
    onRelease('answer');
    await time.advance(TTL / 3);
    expect(hold.state).toBe('released');
    expect(server.lease?.disposition).toBe('KEEP');
  });

  it('can be given up for COLLECT', async () => {
    const hold = await take();
    onRelease('unavailable');
    await expect(hold.release('KEEP')).rejects.toBeInstanceOf(LeaseError);
    onRelease('answer');
    await hold.release('COLLECT');
    expect(server.lease).toMatchObject({ state: 'RELEASED', disposition: 'COLLECT' });
    await time.advance(TTL);
    expect(server.calls.filter(({ verb }) => verb === 'release')).toHaveLength(2);
  });
});

describe('disposal', () => {
  it('releases with COLLECT', async () => {
    {
      await using hold = await take();
      hold.assertHeld();
    }
    expect(server.lease).toMatchObject({ state: 'RELEASED', disposition: 'COLLECT' });
  });

  it('releases with KEEP after keep()', async () => {
    {
      await using hold = await take();
      hold.keep();
      expect(hold.state).toBe('held');
    }
    expect(server.lease).toMatchObject({ state: 'RELEASED', disposition: 'KEEP' });
  });

  it('does nothing after a release', async () => {
    {
      await using hold = await take();
      await hold.release('KEEP');
    }
    expect(server.calls.map(({ verb }) => verb)).toEqual(['create', 'release']);
  });

  it('after a KEEP without answer asks for KEEP, not for COLLECT', async () => {
    onRelease('unavailable');
    const hold = await take();
    await expect(hold.release('KEEP')).rejects.toBeInstanceOf(LeaseError);
    onRelease('answer');
    await hold[Symbol.asyncDispose]();
    expect(server.lease?.disposition).toBe('KEEP');
  });

  it('of a lost hold is silent, unless the object was meant to stay', async () => {
    const [plain, kept] = [await take(), await take()];
    kept.keep();
    server.fate = () => refused('LEASE_ENDED');
    await time.advance(TTL);
    await plain[Symbol.asyncDispose]();
    await expect(kept[Symbol.asyncDispose]()).rejects.toMatchObject({ state: 'lost' });
  });

  it('keep() after the end is refused', async () => {
    const hold = await take();
    await hold.release();
    expect(() => hold.keep()).toThrow(/released/);
  });
});
