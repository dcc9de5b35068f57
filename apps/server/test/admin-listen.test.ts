import { once } from 'node:events';
import { createServer } from 'node:net';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import {
  CleanupAdminServiceClient,
  type CollectionState,
  healthV1,
  LeaseServiceClient,
  PauseCollectionRequest,
} from '@lease/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { create, endpoint, milliseconds, running } from './running.js';

const ANY = { host: '127.0.0.1', port: 0 };
const FAR = { host: '0.0.0.0', port: 0 };
const MINUTE = milliseconds(60_000);

type Ask = (done: (error: ServiceError | null, value?: unknown) => void) => unknown;

/** Whether the service answers there. */
async function serves(service: 'leases' | 'admin', address: string): Promise<boolean> {
  const insecure = credentials.createInsecure();
  const client =
    service === 'admin'
      ? new CleanupAdminServiceClient(address, insecure)
      : new LeaseServiceClient(address, insecure);
  const ask: Ask = (done) =>
    client instanceof CleanupAdminServiceClient
      ? client.getCollectionState({}, done)
      : client.getStats({}, done);
  const code = await new Promise((resolve) => ask((error) => resolve(error?.code ?? status.OK)));
  client.close();
  if (code !== status.OK && code !== status.UNIMPLEMENTED) throw new Error(`answered with ${String(code)}`);
  return code === status.OK;
}

/** A log whose messages can be read. */
function readable() {
  const lines: { readonly msg: string }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as { msg: string });
  return { log: pino({ base: null }, { write }), lines };
}

describe('CleanupAdminService', () => {
  it('is beside LeaseService, on loopback', async () => {
    await using lease = await running();
    const { grpc, admin } = lease.server;
    expect(admin).toBe(grpc);
    expect(await serves('leases', grpc)).toBe(true);
    expect(await serves('admin', grpc)).toBe(true);
  });

  it('is nowhere when gRPC is served to other machines, and one line says so', async () => {
    const { log, lines } = readable();
    await using lease = await running({ grpcListen: FAR, insecureListen: true }, log);
    const { grpc, admin } = lease.server;
    expect(admin).toBeUndefined();
    expect(await serves('leases', grpc)).toBe(true);
    expect(await serves('admin', grpc)).toBe(false);
    expect(lines.filter(({ msg }) => msg.includes('--admin-listen'))).toHaveLength(1);
  });

  it.each([
    ['on loopback', ANY],
    ['off it', FAR],
  ])('is where it was told to be, and only there: %s', async (_, adminListen) => {
    const { log, lines } = readable();
    await using lease = await running({ adminListen, insecureListen: true }, log);
    const { grpc, admin = '' } = lease.server;
    expect(admin).toMatch(new RegExp(`^${adminListen.host.replaceAll('.', '\\.')}:[1-9]\\d*$`));
    expect(await serves('leases', grpc)).toBe(true);
    expect(await serves('admin', grpc)).toBe(false);
    expect(await serves('admin', admin)).toBe(true);
    expect(await serves('leases', admin)).toBe(false);
    const health = new healthV1.HealthClient(admin, credentials.createInsecure());
    const response = await new Promise((resolve) =>
      health.check({ service: 'lease.v1.CleanupAdminService' }, (_error, value) => resolve(value)),
    );
    expect(response).toEqual({ status: healthV1.HealthCheckResponse_ServingStatus.SERVING });
    health.close();
    expect(lines.filter(({ msg }) => msg.includes('not served'))).toEqual([]);
  });

  it('forbids cleanups on loopback once it is served off it, and on its own port in any case', async () => {
    await using cleanup = await endpoint();
    await using far = await running({ adminListen: FAR, insecureListen: true });
    await expect(far.create(create('x', MINUTE, cleanup.url))).rejects.toThrow('CLEANUP_TARGET_FORBIDDEN');
    await using near = await running({ adminListen: ANY });
    await near.create(create('x', MINUTE, cleanup.url));
    const own = create('y', MINUTE, `http://${near.server.admin ?? ''}/`);
    await expect(near.create(own)).rejects.toThrow('CLEANUP_TARGET_FORBIDDEN');
  });

  it('that cannot have its port says so, and leaves nothing open', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const taken = { host: '127.0.0.1', port };
    await expect(running({ adminListen: taken })).rejects.toThrow(
      new RegExp(`cannot listen on 127.0.0.1:${port}: .* \\(--admin-listen\\)`),
    );
    squatter.close();
    await once(squatter, 'close');
    await using second = await running({ adminListen: taken });
    expect(second.server.admin).toBe(`127.0.0.1:${port}`);
  });

  it('L6: stops with the server: calls are refused, the port is free', async () => {
    await using lease = await running({ adminListen: ANY });
    const address = lease.server.admin ?? '';
    await lease.server.stop();
    await expect(serves('admin', address)).rejects.toThrow(`answered with ${status.UNAVAILABLE}`);
    const [host = '', port] = address.split(':');
    const next = createServer().listen(Number(port), host);
    await once(next, 'listening');
    next.close();
  });
});

it('S14: an operator’s pause is in the log, on /readyz and in the metrics, with his words', async () => {
  const { log, lines } = readable();
  await using lease = await running({}, log);
  const admin = new CleanupAdminServiceClient(lease.server.grpc, credentials.createInsecure());
  const request = PauseCollectionRequest.fromPartial({ duration: MINUTE, note: 'moving house' });
  await new Promise((done) => admin.pauseCollection(request, done));
  const page = async (path: string) => (await fetch(`http://${lease.server.http}${path}`)).text();
  expect(JSON.parse(await page('/readyz'))).toMatchObject({
    ...{ ready: true, collecting: true },
    pauses: [{ reason: 'OPERATOR', note: 'moving house' }],
  });
  expect(await page('/metrics')).toContain('\nlease_pause_active{reason="operator"} 1\n');
  const state = await new Promise<CollectionState | undefined>((resolve) =>
    admin.resumeCollection({}, (_error, answer) => {
      resolve(answer.state);
    }),
  );
  expect(state?.pauses).toEqual([]);
  expect(await page('/metrics')).toContain('\nlease_pause_active{reason="operator"} 0\n');
  expect(lines).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ reason: 'OPERATOR', note: 'moving house' }),
      expect.objectContaining({ reason: 'OPERATOR', msg: 'the pause is over' }),
    ]) as unknown[],
  );
  admin.close();
});
