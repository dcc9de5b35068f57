import { describe, expect, test } from 'vitest';
import { egressGuard } from '../../src/http/index.js';
import { GRPC, MODES, URLS, type Verdict } from './egress-table.js';

function expectVerdict(objection: string | undefined, verdict: Verdict) {
  if (verdict === 'allowed') expect(objection).toBeUndefined();
  else expect(objection).toMatch(verdict);
}

describe('egressGuard', () => {
  test.each(URLS)('%s: %j is %s', (mode, url, verdict) => {
    const admit = egressGuard(MODES[mode]);
    expectVerdict(admit({ kind: 'http', url, headers: new Map(), notFoundIsDone: false }), verdict);
  });

  test.each(GRPC)('%s: gRPC %j is %s', (mode, address, verdict) => {
    const admit = egressGuard(MODES[mode]);
    expectVerdict(admit({ kind: 'grpc', address, tls: false }), verdict);
  });

  test('a handler of this process is no egress', () => {
    expect(egressGuard({ allowLoopback: false })({ kind: 'handler' })).toBeUndefined();
  });

  test.each([
    '',
    ' ',
    '*',
    '.',
    '*.',
    '*.*.example.com',
    'exa mple.com',
    'http://example.com',
    'example.com/path',
    'example.com:443',
    'user@example.com',
    '10.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '256.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0/8',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0',
    '[::1',
    '.10.0.0.1',
    'a..b',
  ])('refuses the allow entry %j and names it', (entry) => {
    expect(() => egressGuard({ allowLoopback: true, allow: ['public', entry] })).toThrow(RangeError);
    expect(() => egressGuard({ allowLoopback: true, allow: [entry] })).toThrow(`allow entry "${entry}"`);
  });
});
