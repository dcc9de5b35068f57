import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { leaseId, served } from './served.js';

/** buf's launcher, wherever the workspace has put it. */
const BUF = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');

interface Refusal {
  readonly code: string;
  readonly details: readonly { readonly type: string; readonly value: string }[];
}

/** Runs `buf curl` as an operator would; resolves to its exit code and output. */
function bufCurl(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [BUF, 'curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args],
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('buf curl, by reflection alone', () => {
  it('lists the services and their methods', async () => {
    await using lease = await served({ withAdmin: true });
    const services = await bufCurl('--list-services', `http://${lease.address}`);
    expect(services.stdout.trim().split('\n')).toEqual(
      expect.arrayContaining([
        'lease.v1.LeaseService',
        'lease.v1.CleanupAdminService',
        'grpc.health.v1.Health',
      ]),
    );
    const methods = await bufCurl('--list-methods', `http://${lease.address}`);
    expect(methods.stdout).toContain('lease.v1.LeaseService/BatchRenewLeases');
  });

  it('creates a lease and reads it back', async () => {
    await using lease = await served();
    const request = {
      leaseId: leaseId(1),
      object: { type: 'blob', id: 'b' },
      serviceId: 'service-a',
      ttl: '60s',
      cleanup: { http: { url: 'http://127.0.0.1:8080/' }, retry: { maxAttempts: 3 } },
    };
    const url = `http://${lease.address}/lease.v1.LeaseService`;
    const created = await bufCurl(`${url}/CreateLease`, '-d', JSON.stringify(request));
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(created.stdout)).toMatchObject({
      lease: { leaseId: leaseId(1), state: 'LEASE_STATE_ACTIVE', ttl: '60s', hasCleanup: true },
      serverTime: '2026-01-01T00:00:00Z',
    });
    const found = await bufCurl(`${url}/GetLease`, '-d', JSON.stringify({ leaseId: leaseId(1) }));
    expect(JSON.parse(found.stdout)).toMatchObject({ lease: { expireTime: '2026-01-01T00:01:00Z' } });
  });

  it('shows a refusal with its details', async () => {
    await using lease = await served();
    const url = `http://${lease.address}/lease.v1.LeaseService/RenewLease`;
    const refused = await bufCurl(url, '-d', JSON.stringify({ leaseId: 'x', serviceId: 's' }));
    expect(refused.code).toBeGreaterThan(0);
    const { code, details } = JSON.parse(refused.stderr) as Refusal;
    expect(code).toBe('invalid_argument');
    expect(details.map(({ type }) => type)).toEqual(['google.rpc.ErrorInfo', 'google.rpc.BadRequest']);
    const texts = details.map(({ value }) => Buffer.from(value, 'base64').toString());
    expect(texts[0]).toContain('INVALID_REQUEST');
    expect(texts[1]).toContain('lease_id');
  });

  it('calls health', async () => {
    await using lease = await served();
    const url = `http://${lease.address}/grpc.health.v1.Health/Check`;
    expect(JSON.parse((await bufCurl(url, '-d', '{}')).stdout)).toEqual({ status: 'SERVING' });
  });
});
