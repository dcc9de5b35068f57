import { describe, expect, test } from 'vitest';
import { egressGuard } from '../../src/http/index.js';

const http = (url: string) => ({ kind: 'http', url, headers: new Map(), notFoundIsDone: false }) as const;

describe('egressGuard', () => {
  test('ports of our own may be added when they are bound', () => {
    const ownPorts = new Set<number>();
    const { admitTarget } = egressGuard({ allowLoopback: true, ownPorts });
    expect(admitTarget(http('http://127.0.0.1:9092/'))).toBeUndefined();
    ownPorts.add(9092);
    expect(admitTarget(http('http://127.0.0.1:9092/'))).toBe('is this server itself');
  });

  test('a handler of this process is no egress', () => {
    expect(egressGuard({ allowLoopback: false }).admitTarget({ kind: 'handler' })).toBeUndefined();
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
