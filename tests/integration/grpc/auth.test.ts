import { describe, expect, it } from 'vitest';
import {
  aLease,
  anObject,
  elementsOf,
  expectCollectedOnce,
  expectNotCollected,
  expectRefusal,
  expectRefused,
  httpCleanup,
  duration,
} from '../../helpers/index.js';
import { onEachStorage } from './on-each-storage.js';

const NOT_HOLDER = { code: 'PERMISSION_DENIED', reason: 'NOT_LEASE_HOLDER' };
const OWNED = { code: 'FAILED_PRECONDITION', reason: 'CLEANUP_OWNED' };
const KEEP = { disposition: 'DISPOSITION_KEEP' };

/** Spellings of `tests` that are other services. */
const STRANGERS = ['others', 'Tests', 'tests ', 'test', 'tests\u200b', 't\u0435sts', 'constructor'];

onEachStorage((stage) => {
  describe('a lease is its holder’s', () => {
    it.each(STRANGERS)('%j can neither renew nor release it', async (service_id) => {
      const { client, mock } = stage;
      const request = aLease({ cleanup: httpCleanup(mock) });
      const { lease } = await client.call('CreateLease', request);
      const stranger = { ...request, service_id };
      for (const fields of [{}, { ttl: duration(1_000) }])
        await expectRefusal(client.call('RenewLease', { ...stranger, ...fields }), NOT_HOLDER);
      for (const fields of [{}, KEEP])
        await expectRefusal(client.call('ReleaseLease', { ...stranger, ...fields }), NOT_HOLDER);
      for (const method of ['BatchRenewLeases', 'BatchReleaseLeases'] as const) {
        const [refused] = elementsOf(await client.call(method, { requests: [stranger] }));
        expectRefused(refused, NOT_HOLDER);
      }
      expect((await client.call('GetLease', request)).lease).toEqual(lease);
    });

    it('who asks is judged before how the lease ended', async () => {
      const { client } = stage;
      const request = aLease();
      await client.call('CreateLease', request);
      await client.call('ReleaseLease', request);
      const stranger = { ...request, service_id: 'others' };
      await expectRefusal(client.call('RenewLease', stranger), NOT_HOLDER);
      await expectRefusal(client.call('ReleaseLease', stranger), NOT_HOLDER);
    });

    it('S12: its id is nobody else’s, even for the very same request', async () => {
      const { client } = stage;
      const request = aLease();
      const { lease } = await client.call('CreateLease', request);
      const taken = { code: 'ALREADY_EXISTS', reason: 'LEASE_ID_TAKEN' };
      const stranger = { ...request, service_id: 'others' };
      await expectRefusal(client.call('CreateLease', stranger), taken);
      await client.call('ReleaseLease', request);
      const refusal = await expectRefusal(client.call('CreateLease', stranger), taken);
      // Nothing of the lease that has it is told.
      expect(refusal.message).not.toContain('tests');
      expect((await client.call('GetLease', request)).lease.service_id).toBe(lease.service_id);
    });
  });

  describe('a cleanup is its owner’s', () => {
    it('another service cannot replace it, but may share the object or give an equal one', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const [owner, guest, equal] = ['owner', 'guest', 'equal'].map((service_id) =>
        aLease({ object, service_id }),
      );
      const cleanup = httpCleanup(mock, { payload: 'the owner’s' });
      await client.call('CreateLease', { ...owner, cleanup, metadata: { of: 'owner' } });
      for (const other of [
        httpCleanup(mock, { path: '/elsewhere', payload: 'the owner’s' }),
        httpCleanup(mock, { payload: 'another' }),
        { ...cleanup, retry: { ...cleanup.retry, max_attempts: 1 } },
        { ...cleanup, http: { ...cleanup.http, headers: { 'x-token': 'x' } } },
        { ...cleanup, http: { ...cleanup.http, not_found_is_done: true } },
        { grpc: { address: mock.grpc }, payload: 'the owner’s' },
      ])
        await expectRefusal(client.call('CreateLease', { ...guest, cleanup: other }), OWNED);
      await expectRefusal(client.call('GetLease', { ...guest }), {
        code: 'NOT_FOUND',
        reason: 'LEASE_NOT_FOUND',
      });
      const guests = [guest, { ...equal, cleanup, metadata: { of: 'equal' } }];
      for (const each of guests) await client.call('CreateLease', { ...each });

      await client.call('ReleaseLease', { ...owner });
      await client.call('ReleaseLease', { ...equal });
      await expectNotCollected(mock, object, 100);
      await client.call('ReleaseLease', { ...guest });
      const { body } = await expectCollectedOnce(mock, object);
      expect(body).toMatchObject({
        ...{ service_id: 'owner', lease_id: owner?.lease_id, metadata: { of: 'owner' } },
        ...{ payload: 'the owner’s', last_lease_id: guest?.lease_id },
      });
    });

    it('the owner may replace it while the object is held', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const [first, second] = [aLease({ object }), aLease({ object })];
      await client.call('CreateLease', { ...first, cleanup: httpCleanup(mock, { payload: 'old' }) });
      await client.call('CreateLease', { ...second, cleanup: httpCleanup(mock, { payload: 'new' }) });
      await client.call('BatchReleaseLeases', { requests: [first, second] });
      const { body } = await expectCollectedOnce(mock, object);
      expect(body).toMatchObject({
        payload: 'new',
        lease_id: second.lease_id,
        last_lease_id: second.lease_id,
      });
    });

    it('KEEP by another service is refused, and its lease stays active', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const owner = aLease({ object, service_id: 'owner', cleanup: httpCleanup(mock) });
      const guest = aLease({ object, service_id: 'guest' });
      for (const each of [owner, guest]) await client.call('CreateLease', each);
      await expectRefusal(client.call('ReleaseLease', { ...guest, ...KEEP }), OWNED);
      const [refused] = elementsOf(
        await client.call('BatchReleaseLeases', { requests: [{ ...guest, ...KEEP }] }),
      );
      expectRefused(refused, OWNED);
      expect((await client.call('RenewLease', guest)).lease.state).toBe('LEASE_STATE_ACTIVE');

      await client.call('ReleaseLease', owner);
      // The owner has gone, the cleanup is still its own.
      await expectRefusal(client.call('ReleaseLease', { ...guest, ...KEEP }), OWNED);
      await client.call('ReleaseLease', guest);
      expect((await expectCollectedOnce(mock, object)).body.service_id).toBe('owner');
    });

    it('KEEP by the owner frees the object for all holders', async () => {
      const { client, mock } = stage;
      const object = anObject();
      const owner = aLease({ object, service_id: 'owner', cleanup: httpCleanup(mock) });
      const guest = aLease({ object, service_id: 'guest' });
      for (const each of [owner, guest]) await client.call('CreateLease', each);
      await client.call('ReleaseLease', { ...owner, ...KEEP });
      // Where there is no cleanup, KEEP is a plain release, and anybody may give one.
      const heir = aLease({ object, service_id: 'guest', cleanup: httpCleanup(mock, { payload: 'heir' }) });
      await client.call('CreateLease', heir);
      await client.call('ReleaseLease', { ...guest, ...KEEP });
      await client.call('ReleaseLease', { ...heir, ...KEEP });
      await expectNotCollected(mock, object, 150);
    });
  });

  it('everybody may look', async () => {
    const cleanup = httpCleanup(stage.mock, { payload: 'hidden' });
    const request = aLease({ object: anObject('for-all'), service_id: 'owner', cleanup });
    await stage.client.call('CreateLease', request);
    const { leases } = await stage.client.call('ListLeases', { object_type: 'for-all' });
    expect(leases.map(({ lease_id }) => lease_id)).toContain(request.lease_id);
    // The spec holds secrets: nothing shows it.
    expect(JSON.stringify(leases)).not.toContain('hidden');
  });
});
