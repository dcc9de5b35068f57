import { onTestFinished } from 'vitest';
import type { Call } from '../src/call-log.js';
import { startCleanupMock } from '../src/cleanup-mock.js';
import { parseRules } from '../src/script/parse-rules.js';

const anyPort = { host: '127.0.0.1', port: 0 };

interface Calls {
  readonly received: number;
  readonly dropped: number;
  readonly calls: readonly Call[];
}

/** A mock in this process that ends with the test. */
export async function runningMock({ script = '', root }: { script?: string; root?: string } = {}) {
  const mock = await startCleanupMock({
    httpListen: anyPort,
    grpcListen: anyPort,
    rules: parseRules(script),
    root,
  });
  onTestFinished(() => mock.stop());
  const url = `http://${mock.http}`;
  return {
    url,
    grpc: mock.grpc,
    stop: () => mock.stop(),
    calls: async (query = '') => (await (await fetch(`${url}/calls${query}`)).json()) as Calls,
    post: (fields: object = {}, path = '/cleanup', init: RequestInit = {}) =>
      fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        body: JSON.stringify({ ...callback, ...fields }),
        ...init,
      }),
  };
}

/** The fields of a callback over HTTP, as the contract has them. */
export const callback = {
  lease_id: '6a1c3f0e-0000-4000-8000-000000000001',
  service_id: 'reports',
  metadata: { owner: 'mine' },
  payload: 'p',
  object_id: 'a.txt',
  object_type: 'temporary-file',
  last_lease_id: '6a1c3f0e-0000-4000-8000-000000000002',
  reason: 'EXPIRED',
  due_time: '2026-01-02T03:04:05.678Z',
  cleanup_id: '6a1c3f0e-0000-4000-8000-000000000003',
  generation: 1_700_000_000_000_000,
  fence: 1_700_000_000_000_001,
  attempt: 1,
};
