import { expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  elementsOf,
  expectRefusal,
  expectRefused,
  httpCleanup,
  instantMs,
  RawError,
  type RawBatch,
  type RawLease,
} from '../../helpers/index.js';
import { onEachStorage } from './on-each-storage.js';

const METHODS = ['BatchCreateLeases', 'BatchRenewLeases', 'BatchReleaseLeases'] as const;
const RENEW_OR_RELEASE = ['BatchRenewLeases', 'BatchReleaseLeases'] as const;

function leases(batch: RawBatch): readonly RawLease[] {
  return elementsOf(batch).map((element) => {
    if (element instanceof RawError) throw element;
    return element;
  });
}

onEachStorage((stage) => {
  it('results[i] answers requests[i], as the call for one would have', async () => {
    const { client } = stage;
    const requests = Array.from({ length: 20 }, (_, i) => aLease({ metadata: { i: String(i) } }));
    const created = await client.call('BatchCreateLeases', { requests });
    expect(leases(created).map(({ lease_id }) => lease_id)).toEqual(requests.map(({ lease_id }) => lease_id));
    expect(created.results[7]).toMatchObject({ replayed: false, revived: false, prior_attempts: 0 });
    const replayed = await client.call('BatchCreateLeases', { requests });
    expect(replayed.results.every((result) => result.replayed)).toBe(true);
    expect(leases(replayed)).toEqual(leases(created));

    const renewed = await client.call('BatchRenewLeases', {
      requests: requests.map((request, i) => ({ ...request, ttl: duration(100_000 + i * 1_000) })),
    });
    for (const [i, lease] of leases(renewed).entries()) {
      expect(lease).toMatchObject({ metadata: { i: String(i) }, renewal_count: 1, ttl: duration(60_000) });
      expect(instantMs(lease.expire_time) - instantMs(lease.renew_time)).toBe(100_000 + i * 1_000);
    }

    const released = await client.call('BatchReleaseLeases', { requests });
    expect(leases(released).every(({ state }) => state === 'LEASE_STATE_RELEASED')).toBe(true);
    const [one] = requests;
    expect((await client.call('GetLease', { ...one })).lease).toEqual(leases(released)[0]);
  });

  it('poison fails alone, wherever it stands, and its neighbours are not touched', async () => {
    const { client, mock } = stage;
    const [a, b, c] = [aLease(), aLease(), aLease()];
    const taken = aLease();
    await client.call('CreateLease', taken);
    const answers = elementsOf(
      await client.call('BatchCreateLeases', {
        requests: [
          {},
          a,
          { ...aLease(), service_id: '', object: { type: 'BAD', id: '' } },
          b,
          { ...taken, ttl: duration(61_000) },
          c,
          aLease({ cleanup: { http: { url: 'http://169.254.169.254/' } } }),
          aLease({ cleanup: httpCleanup(mock, { payload: '\u0000' }) }),
        ],
      }),
    );
    const INVALID = { code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' };
    expectRefused(answers[0], { ...INVALID, fields: ['object.type', 'object.id', 'service_id'] });
    expectRefused(answers[2], { ...INVALID, fields: ['object.type', 'object.id', 'service_id'] });
    expectRefused(answers[4], { code: 'ALREADY_EXISTS', reason: 'LEASE_ID_TAKEN' });
    expectRefused(answers[6], {
      code: 'INVALID_ARGUMENT',
      reason: 'CLEANUP_TARGET_FORBIDDEN',
      fields: ['cleanup.http.url'],
    });
    expectRefused(answers[7], { ...INVALID, fields: ['cleanup.payload'] });
    expect([answers[1], answers[3], answers[5]]).toMatchObject(
      [a, b, c].map(({ lease_id }) => ({ lease_id, state: 'LEASE_STATE_ACTIVE' })),
    );

    const poison = [
      { ...a, lease_id: 'no uuid' },
      { ...a, service_id: 'others' },
      aLease(),
      { ...a, service_id: '' },
    ];
    for (const method of RENEW_OR_RELEASE) {
      const [first, bad, foreign, unknown, nameless, last] = elementsOf(
        await client.call(method, { requests: [a, ...poison, b] }),
      );
      expectRefused(bad, { ...INVALID, fields: ['lease_id'] });
      expectRefused(foreign, { code: 'PERMISSION_DENIED', reason: 'NOT_LEASE_HOLDER' });
      expectRefused(unknown, { code: 'NOT_FOUND', reason: 'LEASE_NOT_FOUND' });
      expectRefused(nameless, { ...INVALID, fields: ['service_id'] });
      expect([first, last]).toMatchObject([{ lease_id: a.lease_id }, { lease_id: b.lease_id }]);
    }
    expect((await client.call('GetLease', c)).lease).toMatchObject({ renewal_count: 0 });
  });

  it('the same lease may occur more than once, each time as it is then', async () => {
    const { client } = stage;
    const request = aLease();
    const object = anObject();
    const batch = await client.call('BatchCreateLeases', {
      requests: [request, request, aLease({ object }), aLease({ object })],
    });
    expect(batch.results.map(({ replayed }) => replayed)).toEqual([false, true, false, false]);
    const [, , one, other] = leases(batch);
    expect(one?.generation).toBe(other?.generation);

    const renewed = leases(await client.call('BatchRenewLeases', { requests: [request, request, request] }));
    expect(renewed.map(({ renewal_count }) => renewal_count)).toEqual([1, 2, 3]);
    const keep = { ...request, disposition: 'DISPOSITION_KEEP' };
    const [first, again, different] = elementsOf(
      await client.call('BatchReleaseLeases', { requests: [request, request, keep] }),
    );
    expect(again).toEqual(first);
    expectRefused(different, { code: 'FAILED_PRECONDITION', reason: 'LEASE_ENDED' });
  });

  it.each(METHODS)('%s takes 1 to 1,000 requests', async (method) => {
    const requests = Array.from({ length: 1_000 }, () => aLease());
    const { results } = await stage.client.call(method, { requests });
    expect(results).toHaveLength(1_000);
    const before = await stage.client.call('GetStats', {});
    for (const wrong of [[], [...requests, aLease()]]) {
      const refusal = await expectRefusal(stage.client.call(method, { requests: wrong }), {
        code: 'INVALID_ARGUMENT',
        reason: 'INVALID_REQUEST',
        fields: ['requests'],
      });
      expect(refusal.message).toContain(`has ${wrong.length} elements: 1 to 1000 are allowed`);
    }
    expect((await stage.client.call('GetStats', {})).stats.leases).toEqual(before.stats.leases);
  });

  it('a batch that is refused in all its parts is answered all the same', async () => {
    for (const method of METHODS) {
      const { results, server_time } = await stage.client.call(method, { requests: [{}, {}] });
      expect(results.map(({ answer }) => answer)).toEqual(['error', 'error']);
      expect(server_time).toBeNull();
    }
  });
});
