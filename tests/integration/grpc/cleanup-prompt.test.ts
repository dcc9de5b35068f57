import { expect, it } from 'vitest';
import {
  aLease,
  anObject,
  eventually,
  instantMs,
  p99,
  RawClient,
  startMetronome,
  startRawEndpoint,
  startRawHandler,
  startServer,
  STORAGES,
  throughout,
  type RawCallback,
  type RawCleanup,
  type RawLease,
  type Storage,
} from '../../helpers/index.js';

/** L1: from the end of the grace to the first byte at the endpoint. */
const PROMPT_MS: Readonly<Record<Storage, number>> = { memory: 250, sqlite: 250, postgres: 1_000 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Given {
  readonly storage: Storage;
  readonly graceMs: number;
  readonly flags: readonly string[];
  /** Leases with each kind of cleanup. */
  readonly count: number;
}

/**
 * Takes leases of 1 s with both kinds of cleanup, lets them lapse, and judges each callback. A machine that is busy with
 * something else makes calls late: as late as those of a process beside it that has nothing else to do.
 */
async function expectPrompt({ storage, graceMs, flags, count }: Given): Promise<void> {
  await using server = await startServer({ storage, flags });
  using client = new RawClient(server.grpc);
  await using metronome = await startMetronome();
  const http = await startRawEndpoint();
  const grpc: { readonly arrivedMs: number; readonly request: RawCleanup }[] = [];
  const address = await startRawHandler((request) => {
    grpc.push({ arrivedMs: Date.now(), request });
  });

  const byHttp: RawLease[] = [];
  const byGrpc: RawLease[] = [];
  for (let i = 0; i < count; i += 1) {
    byHttp.push(await take(client, { http: { url: http.url, headers: { 'x-token': 'secret' } } }));
    byGrpc.push(await take(client, { grpc: { address } }));
  }
  const expectEachOnce = () => {
    expect([http.calls.length, grpc.length]).toEqual([count, count]);
  };
  await eventually(expectEachOnce, { deadlineMs: graceMs + 5_000 });
  await throughout(300, expectEachOnce);

  const lateBy = (lease: RawLease, arrivedMs: number) => arrivedMs - instantMs(lease.expire_time) - graceMs;
  const latesMs = [
    ...byHttp.map((lease) => lateBy(lease, expectHttp(lease, http.calls).arrivedMs)),
    ...byGrpc.map((lease) => {
      const call = grpc.find(({ request }) => request.object_id === lease.object.id);
      expectGrpc(lease, call?.request);
      return lateBy(lease, call?.arrivedMs ?? Infinity);
    }),
  ];
  // Two processes read this machine's clock, each to the millisecond.
  expect(Math.min(...latesMs), 'S2').toBeGreaterThanOrEqual(-2);
  const boundMs = PROMPT_MS[storage] + metronome.lateAtP99();
  expect(p99(latesMs), `L1: p99, bound ${boundMs} ms`).toBeLessThanOrEqual(boundMs);
}

async function take(client: RawClient, target: object): Promise<RawLease> {
  const object = anObject('blob');
  const request = aLease({
    ttlMs: 1_000,
    object,
    metadata: { for: object.id },
    cleanup: { ...target, payload: 'p' },
  });
  return (await client.call('CreateLease', request)).lease;
}

function expectHttp(lease: RawLease, calls: readonly RawCallback[]): RawCallback {
  const call = calls.find(({ body }) => body.object_id === lease.object.id);
  if (!call) throw new Error(`${lease.object.id} was not collected`);
  const { method, path, headers } = call;
  const { fence, due_time, cleanup_id, ...said } = call.body;
  expect(said).toEqual({
    ...{ object_type: 'blob', object_id: lease.object.id, generation: lease.generation },
    ...{ lease_id: lease.lease_id, last_lease_id: lease.lease_id, service_id: 'tests' },
    ...{ metadata: lease.metadata, payload: 'p', reason: 'EXPIRED', attempt: 1 },
  });
  expect(cleanup_id).toMatch(UUID);
  expect(fence).toBeGreaterThan(lease.generation);
  expect(Date.parse(due_time)).toBeGreaterThan(instantMs(lease.expire_time));
  expect([method, path]).toEqual(['POST', '/cleanup']);
  expect(headers).toMatchObject({
    ...{ 'content-type': 'application/json', 'x-token': 'secret' },
    ...{ 'lease-cleanup-id': cleanup_id, 'lease-fence': String(fence), 'lease-attempt': '1' },
  });
  return call;
}

function expectGrpc(lease: RawLease, request: RawCleanup | undefined): void {
  expect(request).toMatchObject({
    ...{ object_type: 'blob', object_id: lease.object.id, generation: lease.generation },
    ...{ lease_id: lease.lease_id, last_lease_id: lease.lease_id, service_id: 'tests' },
    ...{ metadata: lease.metadata, payload: 'p', reason: 'CLEANUP_REASON_EXPIRED', attempt: 1 },
  });
  expect(request?.cleanup_id).toMatch(UUID);
  expect(request?.fence).toBeGreaterThan(lease.generation);
}

it.each(STORAGES)(
  'L1, S2, S9: on %s an endpoint is called within TTL + grace + L1, not before, exactly once, with all fields',
  (storage) => expectPrompt({ storage, graceMs: 500, flags: ['--grace', '500ms'], count: 60 }),
);

it('L1, S2, S9: so it is with the grace of 5 s that a server has unless it is told otherwise', async () => {
  const given = { graceMs: 5_000, flags: [], count: 5 };
  await Promise.all(STORAGES.map((storage) => expectPrompt({ storage, ...given })));
});
