import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  aLease,
  anObject,
  elementsOf,
  eventually,
  expectRefusal,
  httpCleanup,
  instantMs,
  RawClient,
  RawError,
} from '../../helpers/index.js';
import { onEachStorage, QUICK, type Stage } from './on-each-storage.js';
import { expectBalance } from './balance.js';

const QUOTA = 40;

/** Clients with a connection each, until the test has finished. */
function connections(stage: Stage, count: number): readonly RawClient[] {
  const clients = Array.from(
    { length: count },
    () => new RawClient(stage.server.grpc, { ownConnection: true }),
  );
  onTestFinished(() => {
    for (const client of clients) client.close();
  });
  return clients;
}

function pick<T>(from: readonly T[]): T {
  const picked = from[Math.floor(Math.random() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** The reason of a refusal; undefined: it was done. */
function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof RawError) return error.reason;
      throw error;
    },
  );
}

onEachStorage((stage) => {
  it('S1, S6, S9, S16: creates, renewals and releases race on a few objects', async () => {
    const { mock } = stage;
    const objects = Array.from({ length: 5 }, () => anObject('raced'));
    const cleanup = httpCleanup(mock);
    const unexpected: string[] = [];
    const worker = async (client: RawClient) => {
      for (let round = 0; round < 20; round += 1) {
        const lease = aLease({ object: pick(objects), service_id: 'racers', cleanup });
        const created = await reasonOf(client.call('CreateLease', lease));
        // It may meet a callback under way; nothing else is in its way.
        if (created !== undefined) {
          if (created !== 'OBJECT_BEING_COLLECTED') unexpected.push(created);
          continue;
        }
        const [renewed, released] = [client.call('RenewLease', lease), client.call('ReleaseLease', lease)];
        const reasons = [await reasonOf(renewed), await reasonOf(released)];
        if (reasons[0] !== undefined && reasons[0] !== 'LEASE_ENDED') unexpected.push(reasons[0]);
        if (reasons[1] !== undefined) unexpected.push(reasons[1]);
      }
    };
    await Promise.all(connections(stage, 12).map(worker));
    expect(unexpected).toEqual([]);

    const { stats } = await eventually(async () => {
      const answer = await stage.client.call('GetStats', {});
      expect(answer.stats.cleanups.open).toBe(0);
      return answer;
    });
    expectBalance({ stats });
    expect(stats.leases.active).toBe(0);
    const calls = (await mock.calls()).filter(({ body }) => body.object_type === 'raced');
    expect(calls).toHaveLength(stats.cleanups.collected);
    expect(calls.length).toBeGreaterThan(0);
    const lives = calls.map(({ body }) => `${body.object_id} ${body.generation}`);
    expect(new Set(lives).size, 'each life is collected once').toBe(calls.length);

    // No lease of the life was active when it was collected.
    const { leases } = await stage.client.call('ListLeases', { service_id: 'racers', page_size: 1_000 });
    for (const { body, time } of calls) {
      const ofLife = leases.filter(({ generation }) => generation === body.generation);
      expect(ofLife.length).toBeGreaterThan(0);
      for (const { end_time } of ofLife)
        expect(instantMs(end_time ?? { seconds: Infinity, nanos: 0 })).toBeLessThanOrEqual(
          Date.parse(time) + 5,
        );
    }
  });

  it('S12: the same lease_id from 50 connections makes one lease', async () => {
    const request = aLease();
    const answers = await Promise.all(
      connections(stage, 50).map((client) => client.call('CreateLease', request)),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const { lease } of answers) expect(lease).toEqual(answers[0]?.lease);
    const { leases } = await stage.client.call('ListLeases', {
      object_type: request.object.type,
      object_id: request.object.id,
    });
    expect(leases).toHaveLength(1);
  });

  it('S12: the same lease_id with 50 different requests makes one lease', async () => {
    const lease_id = randomUUID();
    const reasons = await Promise.all(
      connections(stage, 50).map((client) => reasonOf(client.call('CreateLease', { ...aLease(), lease_id }))),
    );
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'LEASE_ID_TAKEN')).toHaveLength(49);
  });

  it('S1, S9: the last two holders release at once, and the object is collected exactly once', async () => {
    const { mock } = stage;
    const clients = connections(stage, 2);
    const pairs = Array.from({ length: 60 }, () => {
      const object = anObject('paired');
      return [aLease({ object, cleanup: httpCleanup(mock) }), aLease({ object })] as const;
    });
    await stage.client.call('BatchCreateLeases', { requests: pairs.flat() });
    await Promise.all(
      pairs.flatMap((pair) => clients.map((client, i) => client.call('ReleaseLease', { ...pair[i] }))),
    );
    const collected = async () => (await mock.calls()).filter(({ body }) => body.object_type === 'paired');
    await eventually(async () => expect((await collected()).length).toBeGreaterThanOrEqual(pairs.length));
    await eventually(async () =>
      expect((await stage.client.call('GetStats', {})).stats.cleanups.open).toBe(0),
    );
    const ids = (await collected()).map(({ body }) => body.object_id).sort();
    expect(ids).toEqual(pairs.map(([{ object }]) => object.id).sort());
  });

  it('S4: no renewal that is sent after the answer to a release succeeds, from any connection', async () => {
    const clients = connections(stage, 8);
    const requests = Array.from({ length: 20 }, () => aLease());
    await stage.client.call('BatchCreateLeases', { requests });
    const ended = new Set<string>();
    let resurrections = 0;
    const renewer = async (client: RawClient) => {
      while (ended.size < requests.length) {
        const request = pick(requests);
        const wasEnded = ended.has(request.lease_id);
        const reason = await reasonOf(client.call('RenewLease', request));
        if (wasEnded && reason !== 'LEASE_ENDED') resurrections += 1;
      }
    };
    const releaser = async () => {
      for (const request of requests) {
        await stage.client.call('ReleaseLease', request);
        ended.add(request.lease_id);
      }
    };
    await Promise.all([releaser(), ...clients.map(renewer)]);
    for (const request of requests)
      await expectRefusal(stage.client.call('RenewLease', request), {
        code: 'FAILED_PRECONDITION',
        reason: 'LEASE_ENDED',
      });
    expect(resurrections).toBe(0);
  });
});

onEachStorage(
  (stage) => {
    describe('S10: the quota is exact', () => {
      const active = async (service_id: string) =>
        (await stage.client.call('ListLeases', { service_id, state: 'LEASE_STATE_ACTIVE', page_size: 1_000 }))
          .leases.length;

      it('for single calls from many connections', async () => {
        const service_id = randomUUID();
        const calls = connections(stage, 10).flatMap((client) =>
          Array.from({ length: 20 }, () => client.call('CreateLease', aLease({ service_id }))),
        );
        const reasons = await Promise.all(calls.map(reasonOf));
        expect(reasons.filter((reason) => reason === undefined)).toHaveLength(QUOTA);
        expect(reasons.filter((reason) => reason === 'LEASE_QUOTA_EXCEEDED')).toHaveLength(200 - QUOTA);
        expect(await active(service_id)).toBe(QUOTA);
        const refusal = await expectRefusal(stage.client.call('CreateLease', aLease({ service_id })), {
          code: 'RESOURCE_EXHAUSTED',
          reason: 'LEASE_QUOTA_EXCEEDED',
        });
        expect(refusal.quota).toMatchObject([{ subject: service_id }]);
        // Another service has a quota of its own.
        await stage.client.call('CreateLease', aLease({ service_id: `${service_id}s` }));
      });

      it('for batches that overlap', async () => {
        const service_id = randomUUID();
        const batches = connections(stage, 8).map((client) =>
          client.call('BatchCreateLeases', {
            requests: Array.from({ length: 15 }, () => aLease({ service_id })),
          }),
        );
        const elements = (await Promise.all(batches)).flatMap(elementsOf);
        expect(elements.filter((element) => !(element instanceof RawError))).toHaveLength(QUOTA);
        expect(await active(service_id)).toBe(QUOTA);
      });

      it('in every snapshot, while leases come and go; and it is free again when they have gone', async () => {
        const service_id = randomUUID();
        let working = 10;
        const worker = async (client: RawClient) => {
          const mine: ReturnType<typeof aLease>[] = [];
          for (let round = 0; round < 25; round += 1) {
            const lease = aLease({ service_id });
            if ((await reasonOf(client.call('CreateLease', lease))) === undefined) mine.push(lease);
            if (mine.length > 6) await client.call('ReleaseLease', mine.pop() ?? lease);
          }
          await client.call('BatchReleaseLeases', { requests: mine });
          working -= 1;
        };
        const snapshots: number[] = [];
        const watcher = async () => {
          while (working > 0) snapshots.push(await active(service_id));
        };
        await Promise.all([watcher(), ...connections(stage, 10).map(worker)]);
        expect(Math.max(...snapshots)).toBe(QUOTA);
        expect(await active(service_id)).toBe(0);
        const requests = Array.from({ length: QUOTA }, () => aLease({ service_id }));
        const again = elementsOf(await stage.client.call('BatchCreateLeases', { requests }));
        expect(again.filter((element) => element instanceof RawError)).toEqual([]);
      });
    });
  },
  [...QUICK, '--max-leases-per-service', String(QUOTA)],
);
