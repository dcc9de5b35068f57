import { expect, test } from 'vitest';
import { LeaseService } from '../../src/index.js';
import { egressGuard, HttpExecutor } from '../../src/http/index.js';
import { RecordingStore } from '../service/recording-store.js';
import { withUrl } from '../service/requests.js';
import { ADDRESSES } from './egress-addresses.js';
import { answersOf, NAMES } from './egress-names.js';
import { MODES } from './egress-table.js';
import { SPELLINGS } from './egress-urls.js';
import { httpClaim } from './endpoint.js';
import { interceptConnections } from './intercept.js';

const ROWS = [...SPELLINGS, ...ADDRESSES, ...NAMES];

test('the table is as long as was promised', () => {
  expect(new Set(ROWS.map(([, url]) => url)).size).toBeGreaterThanOrEqual(150);
});

test.each(ROWS)('%s: %j is %s, when a lease is created and when its cleanup is attempted', async (...row) => {
  const [mode, url, verdict] = row;
  const asked: string[] = [];
  const guard = egressGuard({
    ...MODES[mode],
    resolveName: (name) => {
      asked.push(name);
      return Promise.resolve(answersOf(name));
    },
  });
  const connections = interceptConnections();

  const created = await new LeaseService({
    store: new RecordingStore(),
    admitTarget: guard.admitTarget,
  }).create(withUrl(url));
  const executor = new HttpExecutor({ guard });
  const attempt = await executor.execute(claimOf(url), new AbortController().signal);
  await executor.close();

  if (verdict === 'allowed') {
    expect(created).toMatchObject({ ok: true });
    expect(attempt).toEqual({ kind: 'retry', contact: 'unreached', detail: 'intercepted' });
    expect(connections).toHaveLength(1);
    const name = asked[0];
    if (name !== undefined) expect(connections[0]?.addresses).toEqual(answersOf(name));
  } else {
    expect(created).toMatchObject({ ok: false, refusal: { violations: [{ field: 'cleanup.http.url' }] } });
    expect(attempt).toMatchObject({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    expect(attempt.detail).toMatch(verdict);
    expect(connections).toEqual([]);
    // The service itself refuses more spellings than the guard does.
    const refusal = created.ok ? undefined : created.refusal;
    if (refusal?.reason !== 'INVALID_REQUEST') {
      expect(refusal?.reason).toBe('CLEANUP_TARGET_FORBIDDEN');
      expect(refusal?.message).toMatch(verdict);
    }
  }
});

/** Also for what is no URL. */
function claimOf(url: string) {
  const claim = httpClaim('http://unused.test/');
  const target = { kind: 'http', url, headers: new Map(), notFoundIsDone: false } as const;
  return { ...claim, spec: { ...claim.spec, target } };
}
