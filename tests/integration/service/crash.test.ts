import { LeaseClient } from '@lease/client';
import { describe, expect, it } from 'vitest';
import {
  aLease,
  anObject,
  elementsOf,
  eventually,
  figures,
  httpCleanup,
  instantMs,
  operations,
  RawClient,
  RawError,
  startMock,
  startServer,
  temporaryDirectory,
  throughout,
  type RawLease,
  type RecordedCall,
} from '../../helpers/index.js';
import { expectBalance } from '../grpc/balance.js';

const CREATES = 2_000;
const CLEANUPS = 500;

/** The shortest that a claim may last: so long an endpoint waits after its server died. */
const FLAGS = ['--grace', '200ms', '--claim-ttl', '33s'];

/** Runs `work` on all items, `width` at a time. */
async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function countDistinct(calls: readonly RecordedCall[]): number {
  return new Set(calls.map(({ body }) => body.cleanup_id)).size;
}

// Most of the time is spent waiting: they do so together.
describe.concurrent('a sqlite server that is killed', () => {
  it(
    'S6, S9, S11, S12: loses no acknowledged create and no cleanup, and repeats no more than what was unsettled',
    { timeout: 100_000 },
    async () => {
      const dataDir = temporaryDirectory();
      // One endpoint is called 16 times at once: all cleanups take 9 s, more than the creates of a busy machine.
      await using mock = await startMock({ script: 'delay 300ms ok' });
      const creates = Array.from({ length: CREATES }, () => aLease());
      const ending = Array.from({ length: CLEANUPS }, () =>
        aLease({ object: anObject('blob'), cleanup: httpCleanup(mock) }),
      );
      const acknowledged = new Map<string, RawLease>();
      {
        await using server = await startServer({ dataDir, flags: FLAGS });
        using client = new RawClient(server.grpc);
        await client.call('BatchCreateLeases', { requests: ending });
        const work = Promise.all([
          client.call('BatchReleaseLeases', { requests: ending }),
          inParallel(16, creates, async (request) => {
            const { lease } = await client.call('CreateLease', request);
            acknowledged.set(lease.lease_id, lease);
          }).catch((error: unknown) => {
            // The server has died under it.
            expect(error).toMatchObject({ code: 'UNAVAILABLE' });
          }),
        ]);
        await eventually(
          async () => {
            expect(acknowledged.size).toBeGreaterThan(500);
            // Those of the first turn are answered.
            expect((await mock.calls()).length).toBeGreaterThan(20);
          },
          { deadlineMs: 30_000, everyMs: 5 },
        );
        await server.kill('SIGKILL');
        await work;
      }
      const before = await mock.calls();
      expect(acknowledged.size).toBeLessThan(CREATES);
      expect(countDistinct(before)).toBeLessThan(CLEANUPS);

      // A server that neither sweeps nor claims shows what the dead one left behind.
      let unsettled: number;
      {
        await using server = await startServer({ dataDir, flags: [...FLAGS, '--hold-cleanups'] });
        using client = new RawClient(server.grpc);
        const { stats } = await client.call('GetStats', {});
        expectBalance({ stats });
        unsettled = stats.cleanups.claimed;
        expect(unsettled, 'killed in the middle').toBeGreaterThan(0);
        // Each callback so far belongs to a cleanup that is collected or claimed.
        expect(countDistinct(before)).toBeLessThanOrEqual(stats.cleanups.collected + unsettled);
        await inParallel(16, [...acknowledged.values()], async (lease) => {
          expect((await client.call('GetLease', lease)).lease).toEqual(lease);
        });
        await inParallel(16, creates, async (request) => {
          const { replayed } = await client.call('CreateLease', request);
          if (acknowledged.has(request.lease_id)) expect(replayed).toBe(true);
        });
        expect((await client.call('GetStats', {})).stats.leases).toMatchObject({
          created: CREATES + CLEANUPS,
          active: CREATES,
          released: CLEANUPS,
        });
        await server.stop();
      }

      await using server = await startServer({ dataDir, flags: FLAGS });
      using client = new RawClient(server.grpc);
      const after = await eventually(
        async () => {
          const answer = await client.call('GetStats', {});
          expect(answer.stats.cleanups).toMatchObject({ ended: CLEANUPS, collected: CLEANUPS, open: 0 });
          return answer;
        },
        { deadlineMs: 60_000, everyMs: 100 },
      );
      expectBalance(after);
      expect(after.stats.attempts).toMatchObject({ lost: unsettled, done: CLEANUPS, stale: 0 });
      const calls = await mock.calls();
      expect(countDistinct(calls)).toBe(CLEANUPS);
      expect(new Set(calls.map(({ body }) => body.object_id))).toEqual(
        new Set(ending.map(({ object }) => object.id)),
      );
      expect(calls.length - CLEANUPS, 'callbacks that were repeated').toBeLessThanOrEqual(unsettled);
      // S7: a repeated one is known by its cleanup_id, and comes as a later attempt.
      const attempts = new Map<string, number>();
      for (const { body } of calls) {
        expect(body.attempt).toBeGreaterThan(attempts.get(body.cleanup_id) ?? 0);
        attempts.set(body.cleanup_id, body.attempt);
      }
    },
  );

  it(
    'S14: ends no lease whose holder is alive, though all were overdue when it came back',
    { timeout: 60_000 },
    async () => {
      await using mock = await startMock();
      await using server = await startServer({ flags: ['--grace', '200ms'] });
      using raw = new RawClient(server.grpc);
      const sdk = new LeaseClient({ address: server.grpc, serviceId: 'alive' });
      const cleanup = { http: { url: mock.http } };
      const states = new Set<string>();
      const holds = await Promise.all(
        Array.from({ length: 20 }, () =>
          sdk.hold({
            object: anObject('alive'),
            ttlMs: 1_000,
            cleanup,
            onStateChange: (state) => states.add(state),
          }),
        ),
      );
      const dead = Array.from({ length: 20 }, () =>
        aLease({ object: anObject('dead'), ttlMs: 1_000, cleanup }),
      );
      const created = elementsOf(await raw.call('BatchCreateLeases', { requests: dead }));
      expect(created.filter((element) => element instanceof RawError)).toEqual([]);

      await server.kill('SIGKILL');
      await eventually(() => {
        for (const hold of holds) {
          expect(hold.state).toBe('doubtful');
          expect(Date.now()).toBeGreaterThan(hold.lease.expireTime.getTime() + 1_000);
        }
      });
      await server.restart();
      await eventually(() => expect(holds.map(({ state }) => state)).toEqual(holds.map(() => 'held')));

      // The dead are collected once the pause is over; the alive are not, then or later.
      await eventually(async () => expect((await mock.calls()).length).toBeGreaterThanOrEqual(dead.length), {
        deadlineMs: 30_000,
      });
      await throughout(1_500, async () => {
        expect((await mock.calls()).map(({ body }) => body.object_type)).toEqual(dead.map(() => 'dead'));
      });
      expect(states).toEqual(new Set(['doubtful', 'held']));
      await Promise.all(holds.map((hold) => hold.release()));
      await eventually(async () => expect(await mock.calls()).toHaveLength(dead.length + holds.length));
      sdk.close();
    },
  );

  it('S11: knows every renewal and release that it acknowledged, and goes on with larger numbers', async () => {
    await using server = await startServer();
    const [renewed, released, kept] = [aLease({ ttlMs: 60_000 }), aLease(), aLease()];
    using before = new RawClient(server.grpc);
    for (const request of [renewed, released, kept]) await before.call('CreateLease', request);
    const expected = [
      (await before.call('RenewLease', { ...renewed, ttl: { seconds: 3_600 } })).lease,
      (await before.call('ReleaseLease', released)).lease,
      (await before.call('ReleaseLease', { ...kept, disposition: 'DISPOSITION_KEEP' })).lease,
    ];
    await server.restart();
    using after = new RawClient(server.grpc);
    for (const lease of expected) expect((await after.call('GetLease', lease)).lease).toEqual(lease);
    const next = await after.call('CreateLease', aLease({ object: released.object }));
    expect(next.lease.generation).toBeGreaterThan(expected[1]?.generation ?? Infinity);
    // S15: the store's clock goes on, too.
    expect(instantMs(next.lease.create_time)).toBeGreaterThan(
      instantMs(expected[1]?.end_time ?? next.server_time),
    );
  });

  it('S14: tells of the pause when it is back, and is ready all the same', async () => {
    await using server = await startServer();
    await eventually(async () =>
      expect((await figures(server)).get('lease_sweep_duration_seconds_count')).toBeGreaterThan(0),
    );
    await server.kill('SIGKILL');
    const downMs = Date.now();
    await eventually(() => expect(Date.now() - downMs).toBeGreaterThan(1_500));
    await server.restart();
    await eventually(async () => {
      const { status, text } = await operations(server, '/readyz');
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ ready: true, pauses: [{ reason: 'GAP' }] });
    });
    await eventually(async () =>
      expect(JSON.parse((await operations(server, '/readyz')).text)).toMatchObject({ pauses: [] }),
    );
  });
});
