import { describe, expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectCollectedOnce,
  expectLeaseState,
  expectNotCollected,
  expectRefusal,
  grpcCleanup,
  httpCleanup,
  instantMs,
} from '../../helpers/index.js';
import { onEachStorage } from './on-each-storage.js';

/** A second callback would come at once. */
const QUICKLY = { settleMs: 100 };

const BEING_COLLECTED = { code: 'ABORTED', reason: 'OBJECT_BEING_COLLECTED' };

onEachStorage((stage) => {
  describe('who holds an object keeps it', () => {
    it('S1: a release that is not the last one collects nothing, the last one does so at once', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const holders = [
        aLease({ object, cleanup: httpCleanup(mock) }),
        aLease({ object }),
        aLease({ object }),
      ];
      for (const holder of holders) await client.call('CreateLease', holder);
      const last = holders.pop();
      for (const holder of holders) await client.call('ReleaseLease', holder);
      await expectNotCollected(mock, object, 200);
      const { lease } = await client.call('ReleaseLease', { ...last });
      const { body, time } = await expectCollectedOnce(mock, object, QUICKLY);
      expect(body).toMatchObject({ reason: 'RELEASED', last_lease_id: lease.lease_id });
      expect(body.lease_id).toBe(holders[0]?.lease_id);
      expect(Date.parse(body.due_time)).toBe(instantMs(lease.end_time ?? lease.create_time));
      // L1, though not measured here: nobody waits for a TTL or a grace.
      expect(Date.parse(time) - Date.parse(body.due_time)).toBeLessThan(1_000);
    });

    it('S1, S2: a holder that renews keeps what others let lapse', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const lapsing = aLease({ object, ttlMs: 200, cleanup: httpCleanup(mock) });
      const renewing = aLease({ object, ttlMs: 200 });
      for (const each of [lapsing, renewing]) await client.call('CreateLease', each);
      await eventually(async () => {
        await client.call('RenewLease', { ...renewing, ttl: duration(1_000) });
        expect((await client.call('GetLease', lapsing)).lease.state).toBe('LEASE_STATE_EXPIRED');
      });
      expect(await mock.calls(object)).toEqual([]);
      const { lease } = await client.call('GetLease', renewing);
      const { body, time } = await expectCollectedOnce(mock, object, QUICKLY);
      expect(body).toMatchObject({ reason: 'EXPIRED', last_lease_id: renewing.lease_id });
      expect(Date.parse(time)).toBeGreaterThanOrEqual(instantMs(lease.expire_time) + 200 - 2);
    });

    it('KEEP withdraws the cleanup: the object stays', async () => {
      const { client, mock } = stage;
      const lease = aLease({ cleanup: httpCleanup(mock) });
      await client.call('CreateLease', lease);
      await client.call('ReleaseLease', { ...lease, disposition: 'DISPOSITION_KEEP' });
      await expectNotCollected(mock, lease.object, 200);
      // Nobody held it, so a new lease is no revival, and without a cleanup it ends quietly.
      const next = aLease({ object: lease.object });
      expect(await client.call('CreateLease', next)).toMatchObject({ revived: false });
      await client.call('ReleaseLease', next);
      await expectNotCollected(mock, lease.object, 200);
    });

    it('an object without a cleanup ends quietly', async () => {
      const { client, mock } = stage;
      const lease = aLease({ ttlMs: 200 });
      await client.call('CreateLease', lease);
      await expectLeaseState(client, lease.lease_id, 'EXPIRED');
      expect(await mock.calls(lease.object)).toEqual([]);
    });

    it('a cleanup that comes with a later lease counts, too', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const [plain, giving] = [aLease({ object }), aLease({ object, cleanup: grpcCleanup(mock) })];
      for (const each of [plain, giving]) await client.call('CreateLease', each);
      await client.call('BatchReleaseLeases', { requests: [giving, plain] });
      const { body, protocol } = await expectCollectedOnce(mock, object, QUICKLY);
      expect(protocol).toBe('grpc');
      expect(body).toMatchObject({ lease_id: giving.lease_id, last_lease_id: plain.lease_id });
    });

    it('a life after collection is a new one, with a cleanup of its own', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const generations: number[] = [];
      for (let life = 1; life <= 3; life += 1) {
        const lease = aLease({ object, cleanup: httpCleanup(mock, { payload: `life ${life}` }) });
        const created = await eventually(() => client.call('CreateLease', lease));
        expect(created).toMatchObject({ revived: false, prior_attempts: 0 });
        generations.push(created.lease.generation);
        await client.call('ReleaseLease', lease);
        await eventually(async () => expect(await mock.calls(object)).toHaveLength(life));
      }
      const calls = await mock.calls(object);
      expect(calls.map(({ body }) => body.generation)).toEqual(generations);
      expect(generations).toEqual([...generations].sort((a, b) => a - b));
      expect(new Set(generations).size).toBe(3);
      expect(calls.map(({ body }) => body.payload)).toEqual(['life 1', 'life 2', 'life 3']);
      expect(new Set(calls.map(({ body }) => body.cleanup_id)).size).toBe(3);
    });
  });

  describe('S1: an object on which a lease is created again', () => {
    it('is refused while an attempt is under way', async () => {
      const { client, mock } = stage;
      await mock.script('path /slow: delay 400ms ok');
      const lease = aLease({ cleanup: httpCleanup(mock, { path: '/slow' }) });
      await client.call('CreateLease', lease);
      await client.call('ReleaseLease', lease);
      await eventually(async () => expect(await mock.calls(lease.object)).toHaveLength(1));
      const next = aLease({ object: lease.object });
      const refusal = await expectRefusal(client.call('CreateLease', next), BEING_COLLECTED);
      expect(refusal.retryAfterMs).toBeGreaterThanOrEqual(100);
      expect(refusal.retryAfterMs).toBeLessThanOrEqual(1_000);
      const created = await eventually(() => client.call('CreateLease', next));
      expect(created).toMatchObject({ revived: false, replayed: false });
      await expectCollectedOnce(mock, lease.object, QUICKLY);
    });

    it('is revived after an attempt that was answered, and its cleanup stays with it', async () => {
      const { client, mock } = stage;
      await mock.script('path /later: 503 retry-after 60s, ok');
      const cleanup = httpCleanup(mock, { path: '/later', retry: { max_backoff: duration(60_000) } });
      const first = aLease({ cleanup, service_id: 'first' });
      await client.call('CreateLease', first);
      await client.call('ReleaseLease', first);
      await eventually(async () => expect(await mock.calls(first.object)).toHaveLength(1));

      const second = aLease({ object: first.object, service_id: 'second' });
      const revived = await eventually(() => client.call('CreateLease', second));
      expect(revived).toMatchObject({ revived: true, prior_attempts: 1 });
      expect((await client.call('CreateLease', second)).revived).toBe(true);
      const { lease: before } = await client.call('GetLease', first);
      expect(revived.lease.generation).toBeGreaterThan(before.generation);

      await client.call('ReleaseLease', second);
      await eventually(async () => expect(await mock.calls(first.object)).toHaveLength(2));
      const [one, two] = (await mock.calls(first.object)).map(({ body }) => body);
      expect(two).toMatchObject({
        ...{ service_id: 'first', lease_id: first.lease_id, last_lease_id: second.lease_id },
        ...{ generation: revived.lease.generation, attempt: 1 },
      });
      expect(two?.cleanup_id).not.toBe(one?.cleanup_id);
      expect(two?.fence).toBeGreaterThan(one?.fence ?? Infinity);
    });

    it('is revived when it was abandoned', async () => {
      const { client, mock } = stage;
      await mock.script('path /bad: 400');
      const lease = aLease({ cleanup: httpCleanup(mock, { path: '/bad' }) });
      await client.call('CreateLease', lease);
      await client.call('ReleaseLease', lease);
      await eventually(async () => expect(await mock.calls(lease.object)).toHaveLength(1));
      const next = aLease({ object: lease.object });
      const revived = await eventually(() => client.call('CreateLease', next));
      expect(revived).toMatchObject({ revived: true, prior_attempts: 1 });
    });

    it('is refused after an attempt that nobody answered, until a later one is', async () => {
      const { client, mock } = stage;
      // Three, so that the pauses between them, each drawn from zero on, add up to time enough for a look. The fourth
      // is a probe, if others failed before; what it asks for would hold up a test after this one, too.
      await mock.script('path /reset: reset x3, 503 retry-after 5s, ok');
      const retry = { initial_backoff: duration(300), max_backoff: duration(60_000) };
      const lease = aLease({ cleanup: httpCleanup(mock, { path: '/reset', retry }) });
      await client.call('CreateLease', lease);
      await client.call('ReleaseLease', lease);
      await eventually(async () => expect(await mock.calls(lease.object)).not.toEqual([]));
      const next = aLease({ object: lease.object });
      const refusals: string[] = [];
      const revived = await eventually(async () => {
        const answered = (await mock.calls(lease.object)).filter(({ answer }) => answer === '503').length;
        const call = client.call('CreateLease', next);
        if (answered === 0) refusals.push((await expectRefusal(call, BEING_COLLECTED)).reason);
        return call;
      });
      expect(revived).toMatchObject({ revived: true, prior_attempts: 4 });
      expect(refusals.length).toBeGreaterThan(0);
    });
  });
});
