import { afterEach, describe, expect, it } from 'vitest';
import type { ReadinessReport } from '../src/operations/readiness.js';
import { operationsServer } from '../src/operations/operations-server.js';
import { bindHttp, shutDownHttp } from '../src/serving/bind-http.js';

describe('the operations pages', () => {
  let stop: () => Promise<void> = () => Promise.resolve();
  const faults: unknown[] = [];

  afterEach(() => stop());

  async function served(
    report: ReadinessReport,
    scrape = () => Promise.resolve({ contentType: 'text/plain', body: 'm 1\n' }),
  ) {
    faults.length = 0;
    const server = operationsServer({
      readiness: { check: () => Promise.resolve(report) },
      metrics: { scrape },
      alerts,
      onFault: (error) => faults.push(error),
    });
    stop = () => shutDownHttp(server);
    return `http://${await bindHttp(server, { host: '127.0.0.1', port: 0 })}`;
  }

  const alert = {
    name: 'LeaseStoreUnavailable',
    severity: 'critical',
    state: 'firing',
    summary: 'The store does not answer.',
    value: 0,
    limit: 1,
  } as const;
  const alerts = { report: () => [alert], summary: () => ({ critical: [alert.name], warning: [] }) };

  const ready = { ready: true, serving: true, reasons: [], pauses: [], collecting: true };
  const notReady = {
    ready: false,
    serving: false,
    reasons: ['starting'],
    pauses: [{ reason: 'GAP' as const, until: 'soon' }],
    collecting: true,
  };

  it('/healthz: alive, ready or not', async () => {
    const response = await fetch(`${await served(notReady)}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ alive: true });
  });

  it.each([
    [200, ready],
    [503, notReady],
  ])('/readyz: %i', async (status, report) => {
    const response = await fetch(`${await served(report)}/readyz?verbose`);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      ...report,
      alerts: { critical: ['LeaseStoreUnavailable'], warning: [] },
    });
  });

  it('/metrics', async () => {
    const response = await fetch(`${await served(ready)}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe('m 1\n');
  });

  it('/alerts: all of them, whatever they say', async () => {
    const response = await fetch(`${await served(ready)}/alerts`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ alerts: [alert] });
  });

  it('a page that breaks is 500, told, and says nothing', async () => {
    const fault = new Error('password=hunter2');
    const response = await fetch(`${await served(ready, () => Promise.reject(fault))}/metrics`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: 'internal error' });
    expect(faults).toEqual([fault]);
  });

  it.each(['/', '/metrics/', '/__proto__', '/constructor', '//healthz', '/%68ealthz'])(
    '%s is not there',
    async (path) => {
      expect((await fetch((await served(ready)) + path)).status).toBe(404);
    },
  );

  it('other methods than GET and HEAD are refused', async () => {
    const url = `${await served(ready)}/readyz`;
    const post = await fetch(url, { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  it('a port that is taken is said with its address', async () => {
    const url = new URL(await served(ready));
    const second = operationsServer({
      readiness: { check: () => Promise.resolve(ready) },
      metrics: { scrape: () => Promise.resolve({ contentType: '', body: '' }) },
      alerts,
      onFault: () => undefined,
    });
    const bound = bindHttp(second, { host: '127.0.0.1', port: Number(url.port) });
    await expect(bound).rejects.toThrow(`cannot serve HTTP on ${url.host}: listen EADDRINUSE`);
  });
});
