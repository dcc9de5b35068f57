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

  describe('our own ports', () => {
    const ownPorts = new Set([80, 9090]);
    const admit = egressGuard({ allowLoopback: true, allow: ['10.0.0.0/8'], ownPorts });
    const http = (url: string) => admit({ kind: 'http', url, headers: new Map(), notFoundIsDone: false });
    const grpc = (address: string) => admit({ kind: 'grpc', address, tls: false });

    test.each([
      'http://127.0.0.1:9090/',
      'http://127.1:9090/metrics',
      'http://0x7f.0.0.2:9090/',
      'http://[::1]:9090/',
      'http://[::ffff:127.0.0.1]:9090/',
      'http://localhost:9090/',
      'http://a.localhost.:9090/',
      'http://127.0.0.1/',
    ])('%s is never called', (url) => {
      expect(http(url)).toBe('is this server itself');
    });

    test('nor by gRPC', () => {
      expect(grpc('127.0.0.1:9090')).toBe('is this server itself');
      expect(grpc('[::1]:9090')).toBe('is this server itself');
    });

    test('other ports, and the same port elsewhere, are', () => {
      expect(http('http://127.0.0.1:9091/')).toBeUndefined();
      expect(http('https://127.0.0.1/')).toBeUndefined();
      expect(http('http://10.1.2.3:9090/')).toBeUndefined();
      expect(grpc('127.0.0.1:9091')).toBeUndefined();
    });

    test('may be added when they are bound', () => {
      ownPorts.add(9092);
      expect(http('http://127.0.0.1:9092/')).toBe('is this server itself');
    });
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
