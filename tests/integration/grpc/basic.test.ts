import { expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectLeaseState,
  expectRefusal,
  httpCleanup,
  instantMs,
} from '../../helpers/index.js';
import { onEachStorage } from './on-each-storage.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ENDED = { code: 'FAILED_PRECONDITION', reason: 'LEASE_ENDED' };

onEachStorage((stage) => {
  it('CreateLease answers with the whole lease', async () => {
    const { client } = stage;
    const request = aLease({ metadata: { owner: 'me', empty: '' }, cleanup: httpCleanup(stage.mock) });
    const { lease, server_time, ...rest } = await client.call('CreateLease', request);
    expect(lease).toMatchObject({
      lease_id: request.lease_id,
      object: request.object,
      service_id: 'tests',
      state: 'LEASE_STATE_ACTIVE',
      create_time: server_time,
      renew_time: server_time,
      end_time: null,
      ttl: { seconds: 60, nanos: 0 },
      metadata: { owner: 'me', empty: '' },
      renewal_count: 0,
      disposition: 'DISPOSITION_UNSPECIFIED',
      has_cleanup: true,
    });
    expect(instantMs(lease.expire_time) - instantMs(lease.create_time)).toBe(60_000);
    expect(lease.generation).toBeGreaterThan(0);
    expect(lease.generation).toBeLessThan(2 ** 53);
    expect(rest).toEqual({ replayed: false, revived: false, prior_attempts: 0 });
    expect(Math.abs(instantMs(server_time) - Date.now())).toBeLessThan(5_000);
    expect((await client.call('GetLease', request)).lease).toEqual(lease);
  });

  it('CreateLease fills in what is not asked for', async () => {
    const request = { object: { type: 'a-type-of-our-own', id: 'ähm 🙂/..%' }, service_id: 's' };
    const first = await stage.client.call('CreateLease', request);
    const second = await stage.client.call('CreateLease', request);
    expect(first.lease).toMatchObject({
      object: request.object,
      ttl: { seconds: 300, nanos: 0 },
      metadata: {},
      has_cleanup: false,
    });
    expect(first.lease.lease_id).toMatch(UUID);
    expect(second.lease.lease_id).not.toBe(first.lease.lease_id);
    // Two holders of one object, in one life.
    expect(second.lease.generation).toBe(first.lease.generation);
  });

  it('a TTL lasts at least as long as was asked for, to the nanosecond', async () => {
    const { lease } = await stage.client.call('CreateLease', aLease({ ttl: { seconds: 60, nanos: 1 } }));
    expect(lease.ttl).toEqual(duration(60_001));
    expect(instantMs(lease.expire_time) - instantMs(lease.create_time)).toBe(60_001);
  });

  it('S12: a create is known by its lease_id, in any spelling, even when the lease has ended', async () => {
    const { client } = stage;
    const request = aLease({ metadata: { a: '1', b: '2' }, cleanup: httpCleanup(stage.mock) });
    const { lease } = await client.call('CreateLease', request);
    const again = await client.call('CreateLease', {
      ...request,
      lease_id: request.lease_id.toUpperCase(),
      metadata: { b: '2', a: '1' },
    });
    expect(again).toMatchObject({ lease, replayed: true });

    await client.call('ReleaseLease', { ...request, disposition: 'DISPOSITION_KEEP' });
    const ended = await client.call('CreateLease', request);
    expect(ended).toMatchObject({ replayed: true, lease: { state: 'LEASE_STATE_RELEASED' } });
  });

  it('S12: the same lease_id with another request is refused, and changes nothing', async () => {
    const { client, mock } = stage;
    const request = aLease({ metadata: { a: '1' }, cleanup: httpCleanup(mock) });
    const { lease } = await client.call('CreateLease', request);
    const others: Record<string, unknown>[] = [
      { object: anObject() },
      { object: { type: 'blob', id: request.object.id } },
      { service_id: 'others' },
      { ttl: duration(61_000) },
      { ttl: null },
      { metadata: { a: '2' } },
      { metadata: {} },
      { cleanup: null },
      { cleanup: httpCleanup(mock, { path: '/other' }) },
      { cleanup: httpCleanup(mock, { payload: 'other' }) },
    ];
    for (const other of others) {
      await expectRefusal(client.call('CreateLease', { ...request, ...other }), {
        code: 'ALREADY_EXISTS',
        reason: 'LEASE_ID_TAKEN',
      });
    }
    expect((await client.call('GetLease', request)).lease).toEqual(lease);
  });

  it('S3: RenewLease extends to max(expire_time, now + ttl), and leaves the TTL as it was', async () => {
    const { client } = stage;
    const request = aLease({ ttlMs: 60_000 });
    const { lease: created } = await client.call('CreateLease', request);
    const longer = await client.call('RenewLease', { ...request, ttl: duration(120_000) });
    expect(instantMs(longer.lease.expire_time)).toBe(instantMs(longer.server_time) + 120_000);
    expect(longer.lease).toMatchObject({
      ttl: created.ttl,
      renewal_count: 1,
      renew_time: longer.server_time,
    });

    // Neither a shorter one nor the lease's own TTL moves it back.
    for (const ttl of [duration(1_000), null]) {
      const { lease } = await client.call('RenewLease', { ...request, ttl });
      expect(lease.expire_time).toEqual(longer.lease.expire_time);
    }
    const { lease } = await client.call('GetLease', request);
    expect(lease).toMatchObject({ renewal_count: 3, create_time: created.create_time });
  });

  it('ReleaseLease ends the lease, and the same release again gets the same answer', async () => {
    const { client } = stage;
    for (const [asked, recorded, other] of [
      ['DISPOSITION_UNSPECIFIED', 'DISPOSITION_COLLECT', 'DISPOSITION_KEEP'],
      ['DISPOSITION_COLLECT', 'DISPOSITION_COLLECT', 'DISPOSITION_KEEP'],
      ['DISPOSITION_KEEP', 'DISPOSITION_KEEP', 'DISPOSITION_COLLECT'],
    ]) {
      const request = { ...aLease(), disposition: asked };
      await client.call('CreateLease', request);
      const { lease, server_time } = await client.call('ReleaseLease', request);
      expect(lease).toMatchObject({
        state: 'LEASE_STATE_RELEASED',
        disposition: recorded,
        end_time: server_time,
      });
      expect((await client.call('ReleaseLease', request)).lease).toEqual(lease);
      await expectRefusal(client.call('ReleaseLease', { ...request, disposition: other }), ENDED);
      await expectRefusal(client.call('RenewLease', request), ENDED);
      expect((await client.call('GetLease', request)).lease).toEqual(lease);
    }
  });

  it('S2, S4: a lease that nobody renews ends after its TTL and the grace, for good', async () => {
    const { client } = stage;
    const request = aLease({ ttlMs: 200 });
    const { lease: created } = await client.call('CreateLease', request);
    const lease = await expectLeaseState(client, request.lease_id, 'EXPIRED');
    expect(lease.disposition).toBe('DISPOSITION_UNSPECIFIED');
    expect(instantMs(lease.end_time ?? created.create_time)).toBeGreaterThanOrEqual(
      instantMs(created.expire_time) + 200,
    );
    await expectRefusal(client.call('RenewLease', request), ENDED);
    await expectRefusal(client.call('ReleaseLease', { ...request, disposition: 'DISPOSITION_KEEP' }), ENDED);
    // There is nothing left to collect or to keep: for the holder that comes late, it is released.
    expect((await client.call('ReleaseLease', request)).lease).toEqual(lease);
    expect((await client.call('CreateLease', request)).lease).toEqual(lease);
  });

  it('an object whose last lease ended without a cleanup begins a new life', async () => {
    const { client } = stage;
    const [first, second] = [aLease(), aLease()];
    const { lease } = await client.call('CreateLease', first);
    await client.call('ReleaseLease', first);
    const next = await client.call('CreateLease', { ...second, object: first.object });
    expect(next).toMatchObject({ revived: false, prior_attempts: 0 });
    expect(next.lease.generation).toBeGreaterThan(lease.generation);
  });

  it('what was never created is not found', async () => {
    const expected = { code: 'NOT_FOUND', reason: 'LEASE_NOT_FOUND' };
    for (const method of ['GetLease', 'RenewLease', 'ReleaseLease'] as const)
      await expectRefusal(stage.client.call(method, aLease()), expected);
  });
});

onEachStorage(
  (stage) => {
    it('S2: a renewal that comes late, within the grace, rescues the lease', async () => {
      const { client } = stage;
      const request = aLease({ ttlMs: 200 });
      const { lease } = await client.call('CreateLease', request);
      await eventually(async () => {
        const { server_time } = await client.call('GetLease', request);
        expect(instantMs(server_time)).toBeGreaterThan(instantMs(lease.expire_time));
      });
      const renewed = await client.call('RenewLease', { ...request, ttl: duration(60_000) });
      expect(renewed.lease).toMatchObject({ state: 'LEASE_STATE_ACTIVE', renewal_count: 1 });
      expect(instantMs(renewed.lease.expire_time)).toBe(instantMs(renewed.server_time) + 60_000);
    });
  },
  ['--grace', '60s', '--min-ttl', '200ms'],
);
