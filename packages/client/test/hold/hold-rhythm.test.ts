import { describe, expect, it } from 'vitest';
import { createHold } from '../../src/hold/create-hold.js';
import { LeaseError } from '../../src/lease-error.js';
import { type Call, VirtualServer } from '../support/virtual-server.js';
import { VirtualTime } from '../support/virtual-time.js';

const object = { type: 'custom', id: 'x' };
const MINUTE = 60_000;

async function taken(ttlMs: number, seed = 1) {
  const time = new VirtualTime(seed);
  const server = new VirtualServer(time.clock);
  const hold = await createHold(server, time, { object, ttlMs });
  return { time, server, hold };
}

const pausesBetween = (calls: readonly Call[]) =>
  calls.slice(1).map(({ atMs }, i) => atMs - (calls[i]?.atMs ?? 0));

describe('while nobody answers', () => {
  it.each([1_000, 5_000, 30_000, 5 * MINUTE, 24 * 60 * MINUTE])(
    'S14: tries of a TTL of %i ms are at most 10 s apart when held, min(5 s, TTL/10) when doubtful',
    async (ttlMs) => {
      const { time, server, hold } = await taken(ttlMs);
      const startMs = time.clock.monotonicMs();
      server.fate = () => 'unavailable';
      const limit = Math.min(5_000, ttlMs / 10);
      await time.advance(ttlMs + 200 * limit);
      expect(hold.state).toBe('doubtful');

      const [first] = server.renewals;
      expect((first?.atMs ?? 0) - startMs).toBeLessThanOrEqual(ttlMs / 3);
      for (const pause of pausesBetween(server.renewals)) {
        expect(pause).toBeLessThanOrEqual(Math.min(10_000, ttlMs / 5));
      }
      const doubtful = server.renewals.filter(({ atMs }) => atMs >= startMs + ttlMs);
      expect((doubtful[0]?.atMs ?? 0) - (startMs + ttlMs)).toBeLessThanOrEqual(limit);
      const pauses = pausesBetween(doubtful);
      expect(pauses.length).toBeGreaterThan(200);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(limit);
      // Full jitter: from next to nothing up to the limit.
      expect(Math.max(...pauses)).toBeGreaterThan(limit * 0.9);
      expect(Math.min(...pauses)).toBeLessThan(limit * 0.1);
      const mean = pauses.reduce((sum, each) => sum + each, 0) / pauses.length;
      expect(Math.abs(mean / limit - 0.5)).toBeLessThan(0.1);
    },
  );

  it.each([1_000, 5_000, 30_000, 5 * MINUTE])(
    'S14: a server that hangs does not stop tries of a TTL of %i ms, nor does one that hears no signal',
    async (ttlMs) => {
      const { time, server, hold } = await taken(ttlMs);
      server.fate = () => 'deaf';
      await time.advance(ttlMs + 10 * MINUTE);
      expect(hold.state).toBe('doubtful');
      expect(server.renewals.length).toBeGreaterThan(50);
      for (const { timeoutMs } of server.renewals) {
        expect(timeoutMs).toBeGreaterThanOrEqual(1_000);
        expect(timeoutMs).toBeLessThanOrEqual(5_000);
      }
      for (const pause of pausesBetween(server.renewals)) expect(pause).toBeLessThanOrEqual(15_000);
      expect(
        server.renewals.filter(({ signal }) => !signal.aborted).length,
        'given up, all but the last',
      ).toBeLessThanOrEqual(1);
    },
  );

  it('S14: whenever an outage ends, every hold is renewed in the 30 s that the server waits', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const ttlMs = [1_000, 10_000, MINUTE, 5 * MINUTE][seed % 4] ?? 0;
      const { time, server, hold } = await taken(ttlMs, seed);
      await time.advance(time.random.next() * ttlMs);
      const fate = seed % 2 === 0 ? 'deaf' : 'unavailable';
      server.fate = () => fate;
      await time.advance(30_000 + time.random.next() * 20 * MINUTE);
      server.fate = () => 'answer';
      const overdue = (server.lease?.expireTime.getTime() ?? 0) - server.skewMs <= time.clock.monotonicMs();
      await time.advance(30_000);
      if (overdue) expect(hold.state, `seed ${seed}`).toBe('held');
      const renewedMs = (server.lease?.renewTime.getTime() ?? 0) - server.skewMs;
      if (overdue) expect(time.clock.monotonicMs() - renewedMs, `seed ${seed}`).toBeLessThan(30_000);
    }
  });
});

describe('when the server asks for patience', () => {
  it('waits as long as it may, and no longer than the lease allows', async () => {
    const { time, server, hold } = await taken(30_000);
    const overloaded = (retryAfterMs: number) =>
      new LeaseError({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED', message: 'x', retryAfterMs });

    server.fate = () => overloaded(2_500);
    await time.advance(20_000);
    for (const pause of pausesBetween(server.renewals)) expect(pause).toBeGreaterThanOrEqual(2_500);

    server.fate = () => overloaded(3_600_000);
    await time.advance(100_000);
    const pauses = pausesBetween(server.renewals).slice(-10);
    for (const pause of pauses) expect(pause).toBe(3_000);
    server.fate = () => 'answer';
    await time.advance(3_000);
    expect(hold.state).toBe('held');
  });
});

it('a try is never made while another one is under way', async () => {
  const { time, server } = await taken(3_000);
  server.requestMs = 300;
  server.answerMs = 300;
  await time.advance(60_000);
  expect(server.renewals.length).toBeGreaterThan(30);
  for (const pause of pausesBetween(server.renewals)) expect(pause).toBeGreaterThanOrEqual(600);
});
