import { describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { eventually, operations, startMock, startServer } from '../helpers/index.js';
import { bufCurl, call } from './execute.js';

describe.each(['memory', 'sqlite'] as const)('an operator with buf curl and a %s server', (storage) => {
  it('finds the services and their methods by reflection', async () => {
    await using server = await startServer({ storage });
    const url = `http://${server.grpc}`;
    const services = await bufCurl('--list-services', url);
    expect(services.stdout.trim().split('\n').sort()).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'lease.v1.CleanupAdminService',
      'lease.v1.LeaseService',
    ]);
    const methods = await bufCurl('--list-methods', url);
    for (const method of ['CreateLease', 'RenewLease', 'ReleaseLease', 'GetLease', 'ListLeases', 'GetStats'])
      expect(methods.stdout).toContain(`lease.v1.LeaseService/${method}\n`);
    const health = await bufCurl(`${url}/grpc.health.v1.Health/Check`, '-d', '{}');
    expect(JSON.parse(health.stdout)).toEqual({ status: 'SERVING' });
  });

  it('leases an object, lets it go, and sees it collected', async () => {
    await using mock = await startMock();
    await using server = await startServer({ storage });
    const leaseId = randomUUID();
    const object = { type: 'blob', id: 'reports/2026.pdf' };
    const created = await call(server.grpc, 'CreateLease', {
      ...{ leaseId, object, serviceId: 'reports', ttl: '60s', metadata: { team: 'a' } },
      cleanup: { http: { url: `${mock.http}/collect` }, payload: 'p' },
    });
    expect(created.lease).toMatchObject({ leaseId, object, state: 'LEASE_STATE_ACTIVE', ttl: '60s' });

    const renewed = await call(server.grpc, 'RenewLease', { leaseId, serviceId: 'reports', ttl: '3600s' });
    expect(Date.parse(renewed.lease.expireTime)).toBeGreaterThan(Date.parse(created.lease.expireTime));
    const found = await call(server.grpc, 'GetLease', { leaseId });
    expect(found.lease).toEqual(renewed.lease);
    const listed = await call(server.grpc, 'ListLeases', {
      serviceId: 'reports',
      state: 'LEASE_STATE_ACTIVE',
    });
    expect(listed['leases']).toEqual([found.lease]);
    expect(await mock.calls()).toEqual([]);

    const released = await call(server.grpc, 'ReleaseLease', { leaseId, serviceId: 'reports' });
    expect(released.lease).toMatchObject({
      state: 'LEASE_STATE_RELEASED',
      disposition: 'DISPOSITION_COLLECT',
    });
    await eventually(async () => expect(await mock.calls()).toHaveLength(1));
    const [callback] = await mock.calls();
    expect(callback).toMatchObject({
      path: '/collect',
      body: {
        object_id: object.id,
        lease_id: leaseId,
        metadata: { team: 'a' },
        payload: 'p',
        reason: 'RELEASED',
      },
    });
    const { stats } = await eventually(async () => {
      const answer = await call(server.grpc, 'GetStats', {});
      expect(answer).toMatchObject({ stats: { cleanups: { ended: '1', collected: '1' } } });
      return answer;
    });
    expect(stats).toMatchObject({
      leases: { created: '1', released: '1', renewals: '1' },
      attempts: { done: '1' },
    });
    expect((await operations(server, '/metrics')).text).toContain('lease_leases_created_total 1\n');
    await server.stop();
  });
});

describe('an operator who restarts a server', () => {
  it('finds everything again on sqlite, after a stop and after kill -9', async () => {
    await using server = await startServer({ storage: 'sqlite' });
    const request = {
      leaseId: randomUUID(),
      object: { type: 'blob', id: 'x' },
      serviceId: 's',
      ttl: '3600s',
    };
    const { lease } = await call(server.grpc, 'CreateLease', request);
    await server.stop();
    await server.restart();
    expect((await call(server.grpc, 'GetLease', { leaseId: lease.leaseId })).lease).toEqual(lease);
    await server.kill('SIGKILL');
    await server.restart();
    expect((await call(server.grpc, 'GetLease', { leaseId: lease.leaseId })).lease).toEqual(lease);
    expect(await call(server.grpc, 'GetStats', {})).toMatchObject({
      stats: { leases: { created: '1', active: '1' } },
    });
  });

  it('finds nothing again in memory', async () => {
    await using server = await startServer({ storage: 'memory' });
    const request = { leaseId: randomUUID(), object: { type: 'blob', id: 'x' }, serviceId: 's' };
    await call(server.grpc, 'CreateLease', request);
    await server.restart();
    const url = `http://${server.grpc}/lease.v1.LeaseService/GetLease`;
    const { stderr } = await bufCurl(url, '-d', JSON.stringify({ leaseId: request.leaseId }));
    expect(JSON.parse(stderr)).toMatchObject({ code: 'not_found' });
  });
});

it('the ready line is one line of JSON on stdout with every address', async () => {
  await using server = await startServer({ storage: 'memory' });
  const lines = server.child.output.split('\n').filter((line) => line.includes('"msg":"ready"'));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    msg: 'ready',
    grpc: server.grpc,
    admin: server.grpc,
    http: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
  });
});

it('an operator is told why a call was refused', async () => {
  await using server = await startServer({ storage: 'memory' });
  const url = `http://${server.grpc}/lease.v1.LeaseService/RenewLease`;
  const { code, stderr } = await bufCurl(url, '-d', JSON.stringify({ leaseId: 'x', serviceId: 's' }));
  expect(code).toBeGreaterThan(0);
  const refusal = JSON.parse(stderr) as { code: string; message: string; details: { type: string }[] };
  expect(refusal).toMatchObject({ code: 'invalid_argument', message: 'lease_id is "x": a UUID is needed' });
  expect(refusal.details.map(({ type }) => type)).toEqual(['google.rpc.ErrorInfo', 'google.rpc.BadRequest']);
});
