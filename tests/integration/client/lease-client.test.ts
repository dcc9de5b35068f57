import {
  blob,
  cacheEntry,
  custom,
  databaseRow,
  LeaseClient,
  LeaseError,
  parseBlob,
  temporaryFile,
  websocketSession,
} from '@lease/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anObject, eventually, expectCollectedOnce, expectNotCollected } from '../../helpers/index.js';
import { onEachStorage, type Stage } from '../grpc/on-each-storage.js';

function clientOf({ server }: Stage, serviceId = 'sdk'): LeaseClient {
  const client = new LeaseClient({ address: server.grpc, serviceId });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

onEachStorage((stage) => {
  it('takes, renews, reads and releases a lease', async () => {
    const client = clientOf(stage);
    const object = anObject();
    const created = await client.create({ object, ttlMs: 60_000, metadata: { ['__proto__']: 'kept' } });
    expect(created).toMatchObject({ replayed: false, revived: false, priorAttempts: 0 });
    expect(created.lease).toMatchObject({
      ...{ object, serviceId: 'sdk', state: 'ACTIVE', ttlMs: 60_000, renewalCount: 0, hasCleanup: false },
      createTime: created.serverTime,
      expireTime: new Date(created.serverTime.getTime() + 60_000),
    });
    expect(Object.entries(created.lease.metadata)).toEqual([['__proto__', 'kept']]);

    const renewed = await client.renew({ leaseId: created.lease.leaseId, ttlMs: 120_000 });
    expect(renewed.lease.expireTime.getTime()).toBe(renewed.serverTime.getTime() + 120_000);
    const released = await client.release(created.lease);
    expect(released.lease).toMatchObject({ state: 'RELEASED', disposition: 'COLLECT' });
    expect((await client.get(created.lease.leaseId)).lease).toEqual(released.lease);
  });

  it('tells why it was refused', async () => {
    const [client, stranger] = [clientOf(stage), clientOf(stage, 'stranger')];
    const { lease } = await client.create({ object: anObject() });
    const reason = async (call: Promise<unknown>) => {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LeaseError);
      const { code, reason: why, violations } = error as LeaseError;
      return [code, why, ...violations.map(({ field }) => field)];
    };
    expect(await reason(stranger.renew(lease))).toEqual(['PERMISSION_DENIED', 'NOT_LEASE_HOLDER']);
    expect(await reason(client.create({ object: anObject(), leaseId: lease.leaseId }))).toEqual([
      'ALREADY_EXISTS',
      'LEASE_ID_TAKEN',
    ]);
    expect(await reason(client.create({ object: { type: 'BLOB', id: 'x' }, ttlMs: 1 }))).toEqual([
      ...['INVALID_ARGUMENT', 'INVALID_REQUEST', 'object.type', 'ttl'],
    ]);
    await client.release(lease);
    expect(await reason(client.renew(lease))).toEqual(['FAILED_PRECONDITION', 'LEASE_ENDED']);
  });

  it('S1: waits until an object that is being collected is free again, alone, as a hold and in a batch', async () => {
    const client = clientOf(stage);
    await stage.mock.script('path /sdk-slow: delay 1500ms ok x100');
    const cleanup = { http: { url: `${stage.mock.http}/sdk-slow` } };
    const objects = [anObject(), anObject(), anObject()];
    await Promise.all(
      objects.map(async (object) => {
        const { lease } = await client.create({ object, cleanup });
        await client.release(lease);
        await eventually(async () => expect(await stage.mock.calls(object)).toHaveLength(1));
      }),
    );
    const [alone, held, batched] = objects.map((object) => ({ object }));
    if (!alone || !held || !batched) throw new Error('there are three');
    await expect(client.create(alone, { timeoutMs: 300 })).rejects.toMatchObject({
      reason: 'OBJECT_BEING_COLLECTED',
    });
    const [created, hold, [first, second]] = await Promise.all([
      client.create(alone),
      client.hold(held),
      client.createMany([batched, { object: anObject() }]),
    ]);
    // Collected before: another life, and no cleanup was withdrawn.
    expect(created).toMatchObject({ replayed: false, revived: false, lease: { state: 'ACTIVE' } });
    expect(first).toMatchObject({ ok: true, revived: false, lease: batched });
    expect(second).toMatchObject({ ok: true });
    for (const { object } of [alone, held, batched]) {
      expect(await stage.mock.calls(object)).toHaveLength(1);
    }
    await hold.release();
  });

  it('works through any number of leases, and lists them', async () => {
    const client = clientOf(stage, `sdk-${crypto.randomUUID()}`);
    const requests = Array.from({ length: 1_200 }, () => ({ object: anObject() }));
    const created = await client.createMany([...requests, { object: { type: '', id: '' } }]);
    expect(created.filter(({ ok }) => ok)).toHaveLength(1_200);
    const last = created.at(-1);
    expect(last?.ok === false && last.error.reason).toBe('INVALID_REQUEST');
    const leases = created.flatMap((result) => (result.ok ? [result.lease] : []));
    expect((await client.renewMany(leases)).every(({ ok }) => ok)).toBe(true);
    const listed: string[] = [];
    for await (const lease of client.list({ serviceId: client.serviceId, pageSize: 500 })) {
      expect(lease.renewalCount).toBe(1);
      listed.push(lease.leaseId);
    }
    expect(listed.sort()).toEqual(leases.map(({ leaseId }) => leaseId).sort());
    expect((await client.releaseMany(leases)).every(({ ok }) => ok)).toBe(true);
    expect((await client.stats()).leases.released).toBeGreaterThanOrEqual(1_200);
  });

  describe('a hold', () => {
    it('renews itself for as long as it is needed, and collects the object at its end', async () => {
      const object = anObject();
      let leaseId: string;
      {
        await using hold = await clientOf(stage).hold({
          object,
          ttlMs: 1_000,
          cleanup: { http: { url: stage.mock.http } },
        });
        leaseId = hold.leaseId;
        await eventually(() => expect(hold.lease.renewalCount).toBeGreaterThanOrEqual(3));
        hold.assertHeld();
        expect(await stage.mock.calls(object)).toEqual([]);
      }
      const { body } = await expectCollectedOnce(stage.mock, object);
      expect(body).toMatchObject({ reason: 'RELEASED', lease_id: leaseId, attempt: 1 });
    });

    it('leaves alone what is meant to stay', async () => {
      const object = anObject();
      {
        await using hold = await clientOf(stage).hold({
          object,
          ttlMs: 300,
          cleanup: { grpc: { address: stage.mock.grpc } },
        });
        hold.keep();
      }
      await expectNotCollected(stage.mock, object, 600);
    });
  });

  it('names the well-known objects so that the other side reads them back', async () => {
    const client = clientOf(stage);
    const objects = [
      databaseRow({ table: 'users', key: '7/8' }),
      blob({ bucket: 'b', key: 'a/b c.jpg' }),
      temporaryFile('/tmp/ä b'),
      websocketSession({ server: 'ws-1', session: 's/1' }),
      cacheEntry({ cache: 'c', key: 'k/1' }),
      custom('anything'),
    ];
    const results = await client.createMany(
      objects.map((object) => ({ object, cleanup: { http: { url: stage.mock.http } } })),
    );
    const leases = results.flatMap((result) => (result.ok ? [result.lease] : []));
    expect(leases.map(({ object }) => object)).toEqual(objects);
    await client.releaseMany(leases);
    const [, stored] = objects;
    const { body } = await expectCollectedOnce(stage.mock, stored ?? custom('none'));
    expect(parseBlob({ type: body.object_type, id: body.object_id })).toEqual({
      bucket: 'b',
      key: 'a/b c.jpg',
    });
  });
});
