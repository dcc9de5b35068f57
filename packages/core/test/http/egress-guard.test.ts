import { describe, expect, test } from 'vitest';
import { egressGuard } from '../../src/http/index.js';

/** How a server may be set up, and what that is called in the table. */
const MODES = {
  /** Some listener is off loopback, nothing allowed. */
  strict: { allowLoopback: false },
  /** Every listener is on loopback. */
  local: { allowLoopback: true },
  public: { allowLoopback: false, allow: ['public'] },
  listed: {
    allowLoopback: false,
    allow: [
      'hooks.example.com',
      '.svc.example',
      '*.Wild.Example',
      'münchen.example',
      '10.1.0.0/16',
      '192.168.7.7',
      '169.254.0.0/16',
      'fd12::/32',
      '[fd77::7]',
      '93.184.216.34',
      '127.0.0.1',
      'localhost',
      '.internal',
      '::/0',
    ],
  },
  /** Everything that can be opened by naming it. */
  exact: {
    allowLoopback: false,
    allow: ['169.254.169.254/32', 'fd00:ec2::254', '0.0.0.0', '224.0.0.1', 'metadata.google.internal', '::'],
  },
} as const;

type Verdict = 'allowed' | RegExp;
const LOOPBACK = /on loopback/;
const GUARDED = /metadata, multicast or unspecified/;
const PRIVATE = /private or reserved/;
const UNLISTED = /not allowed/;
const INVALID = /no URL|no http|credentials|no valid host|no host:port/;

const URLS: readonly (readonly [mode: keyof typeof MODES, url: string, verdict: Verdict])[] = [
  // Schemes, credentials, nonsense.
  ['public', 'file:///etc/passwd', INVALID],
  ['public', 'gopher://example.com/', INVALID],
  ['public', 'ftp://example.com/', INVALID],
  ['public', 'data:text/plain,hello', INVALID],
  ['public', 'unix:/var/run/docker.sock', INVALID],
  ['public', 'dns:///example.com', INVALID],
  ['public', 'javascript:alert(1)', INVALID],
  ['public', 'ws://example.com/', INVALID],
  ['public', 'https://user:secret@example.com/', INVALID],
  ['public', 'https://user@example.com/', INVALID],
  ['public', 'https://:secret@example.com/', INVALID],
  ['public', '', INVALID],
  ['public', 'example.com', INVALID],
  ['public', '//example.com/', INVALID],
  ['public', 'http://', INVALID],
  ['public', 'http://exa mple.com/', INVALID],
  ['public', 'http://example.com:65536/', INVALID],
  ['public', 'http://a..b/', INVALID],
  ['public', 'http://a../', INVALID],
  ['public', 'http://.a/', INVALID],
  ['public', 'http://*.example.com/', INVALID],
  ['public', "http://a'b/", INVALID],
  ['public', `http://${'a'.repeat(254)}/`, INVALID],
  ['public', 'http://256.1.1.1/', INVALID],
  ['public', 'http://1.2.3.4.5/', INVALID],
  ['public', 'http://[fe80::1%25eth0]/', INVALID],
  // Loopback, in every way to write it.
  ['strict', 'http://127.0.0.1:8080/', LOOPBACK],
  ['local', 'http://127.0.0.1:8080/', 'allowed'],
  ['local', 'https://127.255.255.254/', 'allowed'],
  ['public', 'http://127.0.0.1/', LOOPBACK],
  ['listed', 'http://127.0.0.1/', LOOPBACK],
  ['public', 'http://2130706433/', LOOPBACK],
  ['public', 'http://0x7f000001/', LOOPBACK],
  ['public', 'http://0x7f.1/', LOOPBACK],
  ['public', 'http://0177.0.0.1/', LOOPBACK],
  ['public', 'http://127.1/', LOOPBACK],
  ['public', 'http://127.0.0.1./', LOOPBACK],
  ['public', 'http://%31%32%37.0.0.1/', LOOPBACK],
  ['public', 'http://１２７.0.0.1/', LOOPBACK],
  ['public', 'http://127。0。0。1/', LOOPBACK],
  ['public', 'http:\\\\127.0.0.1\\', LOOPBACK],
  ['public', 'http:127.0.0.1', LOOPBACK],
  ['public', ' http://127.0.0.1/', LOOPBACK],
  ['local', 'http://2130706433/', 'allowed'],
  ['public', 'http://[::1]/', LOOPBACK],
  ['public', 'http://[0:0:0:0:0:0:0:1]/', LOOPBACK],
  ['local', 'http://[::1]:9000/', 'allowed'],
  ['public', 'http://[::ffff:127.0.0.1]/', LOOPBACK],
  ['public', 'http://[::ffff:7f00:1]/', LOOPBACK],
  ['local', 'http://[::ffff:127.0.0.1]/', 'allowed'],
  ['listed', 'http://[::1]/', LOOPBACK],
  ['strict', 'http://localhost/', LOOPBACK],
  ['listed', 'http://localhost/', LOOPBACK],
  ['public', 'http://LOCALHOST/', LOOPBACK],
  ['public', 'http://localhost./', LOOPBACK],
  ['public', 'http://db.localhost/', LOOPBACK],
  ['local', 'http://localhost:8080/', 'allowed'],
  ['local', 'http://db.localhost./', 'allowed'],
  // Loopback in disguise is not what the loopback rule means.
  ['local', 'http://[64:ff9b::127.0.0.1]/', GUARDED],
  ['local', 'http://[::127.0.0.1]/', PRIVATE],
  ['local', 'http://0.0.0.0/', GUARDED],
  ['local', 'http://0/', GUARDED],
  ['local', 'http://[::]/', GUARDED],
  ['local', 'http://0.1.2.3/', GUARDED],
  // Private and reserved.
  ['strict', 'http://10.0.0.1/', PRIVATE],
  ['local', 'http://10.0.0.1/', PRIVATE],
  ['public', 'http://10.0.0.1/', PRIVATE],
  ['public', 'http://172.16.0.1/', PRIVATE],
  ['public', 'http://172.31.255.255/', PRIVATE],
  ['public', 'http://172.32.0.1/', 'allowed'],
  ['public', 'http://192.168.1.1/', PRIVATE],
  ['public', 'http://0xc0a80101/', PRIVATE],
  ['public', 'http://[::ffff:192.168.1.1]/', PRIVATE],
  ['public', 'http://100.64.0.1/', PRIVATE],
  ['public', 'http://169.254.1.1/', PRIVATE],
  ['public', 'http://192.0.2.1/', PRIVATE],
  ['public', 'http://198.18.0.1/', PRIVATE],
  ['public', 'http://240.0.0.1/', PRIVATE],
  ['public', 'http://[fe80::1]/', PRIVATE],
  ['public', 'http://[fc00::1]/', PRIVATE],
  ['public', 'http://[fd12:3456::1]/', PRIVATE],
  ['public', 'http://[fec0::1]/', PRIVATE],
  ['public', 'http://[2001:db8::1]/', PRIVATE],
  ['public', 'http://[2002:7f00:1::]/', PRIVATE],
  ['public', 'http://[2001::7f00:1]/', PRIVATE],
  ['public', 'http://[64:ff9b:1::a00:1]/', PRIVATE],
  ['public', 'http://[4000::1]/', PRIVATE],
  ['listed', 'http://10.1.255.255/', 'allowed'],
  ['listed', 'http://10.2.0.0/', PRIVATE],
  ['listed', 'http://[::ffff:10.1.2.3]/', 'allowed'],
  ['listed', 'http://192.168.7.7/', 'allowed'],
  ['listed', 'http://3232237319/', 'allowed'],
  ['listed', 'http://192.168.7.8/', PRIVATE],
  ['listed', 'http://169.254.1.1/', 'allowed'],
  ['listed', 'http://[fd12::1]/', 'allowed'],
  ['listed', 'http://[fd77::7]/', 'allowed'],
  // Multicast, broadcast, metadata: nothing but their own entry.
  ['public', 'http://224.0.0.1/', GUARDED],
  ['public', 'http://255.255.255.255/', GUARDED],
  ['public', 'http://[ff02::1]/', GUARDED],
  ['listed', 'http://[ff02::1]/', GUARDED],
  ['exact', 'http://224.0.0.1/', 'allowed'],
  ['exact', 'http://224.0.0.2/', GUARDED],
  ['exact', 'http://0.0.0.0/', 'allowed'],
  ['exact', 'http://[::]/', 'allowed'],
  ['public', 'http://169.254.169.254/latest/meta-data/', GUARDED],
  ['listed', 'http://169.254.169.254/', GUARDED],
  ['exact', 'http://169.254.169.254/', 'allowed'],
  ['exact', 'http://2852039166/', 'allowed'],
  ['public', 'http://0xa9fea9fe/', GUARDED],
  ['public', 'http://[::ffff:169.254.169.254]/', GUARDED],
  ['public', 'http://[64:ff9b::a9fe:a9fe]/', GUARDED],
  ['exact', 'http://[64:ff9b::a9fe:a9fe]/', GUARDED],
  ['public', 'http://[fd00:ec2::254]/', GUARDED],
  ['listed', 'http://[fd00:ec2::254]/', GUARDED],
  ['exact', 'http://[fd00:0ec2:0::254]/', 'allowed'],
  ['public', 'http://168.63.129.16/', GUARDED],
  ['public', 'http://100.100.100.200/', GUARDED],
  ['public', 'http://metadata.google.internal/', GUARDED],
  ['listed', 'http://metadata.google.internal./', GUARDED],
  ['exact', 'http://Metadata.Google.Internal/', 'allowed'],
  // Public addresses and names.
  ['strict', 'https://93.184.216.34/', UNLISTED],
  ['local', 'https://93.184.216.34/', UNLISTED],
  ['public', 'https://93.184.216.34/', 'allowed'],
  ['listed', 'https://93.184.216.34/', 'allowed'],
  ['listed', 'https://93.184.216.35/', UNLISTED],
  ['public', 'https://[2606:2800:220:1::1]/', 'allowed'],
  ['public', 'https://[64:ff9b::5db8:d822]/', 'allowed'],
  ['strict', 'https://hooks.example.com/', UNLISTED],
  ['local', 'https://hooks.example.com/', UNLISTED],
  ['public', 'https://hooks.example.com/', 'allowed'],
  ['listed', 'https://hooks.example.com:8443/a?b=c', 'allowed'],
  ['listed', 'https://HOOKS.example.com./', 'allowed'],
  ['listed', 'https://a.hooks.example.com/', UNLISTED],
  ['listed', 'https://evilhooks.example.com/', UNLISTED],
  ['listed', 'https://hooks.example.com.evil.test/', UNLISTED],
  ['listed', 'https://a.svc.example/', 'allowed'],
  ['listed', 'https://a.b.svc.example/', 'allowed'],
  ['listed', 'https://svc.example/', UNLISTED],
  ['listed', 'https://asvc.example/', UNLISTED],
  ['listed', 'https://a.wild.example/', 'allowed'],
  ['listed', 'https://xn--mnchen-3ya.example/', 'allowed'],
  ['listed', 'https://MÜNCHEN.example/', 'allowed'],
  ['listed', 'https://hooks.example.com@evil.test/', INVALID],
  ['listed', 'https://evil.test/@hooks.example.com', UNLISTED],
  ['listed', 'https://evil.test\\@hooks.example.com', UNLISTED],
  ['listed', 'https://evil.test#@hooks.example.com', UNLISTED],
];

const GRPC: readonly (readonly [mode: keyof typeof MODES, address: string, verdict: Verdict])[] = [
  ['strict', '127.0.0.1:50051', LOOPBACK],
  ['local', '127.0.0.1:50051', 'allowed'],
  ['local', 'localhost:50051', 'allowed'],
  ['local', '[::1]:50051', 'allowed'],
  ['public', '2130706433:443', LOOPBACK],
  ['public', '0x7f.1:443', LOOPBACK],
  ['public', '[::ffff:7f00:1]:443', LOOPBACK],
  ['public', '10.0.0.1:443', PRIVATE],
  ['public', '169.254.169.254:80', GUARDED],
  ['public', '[64:ff9b::a9fe:a9fe]:80', GUARDED],
  ['public', 'cleanups.example.com:443', 'allowed'],
  ['public', 'Cleanups.Example.com.:443', 'allowed'],
  ['listed', 'hooks.example.com:443', 'allowed'],
  ['listed', 'evil.test:443', UNLISTED],
  ['public', 'cleanups.example.com', INVALID],
  ['public', ':443', INVALID],
  ['public', 'cleanups.example.com:0', INVALID],
  ['public', 'cleanups.example.com:65536', INVALID],
  ['public', 'cleanups.example.com:https', INVALID],
  ['public', 'user@cleanups.example.com:443', INVALID],
  ['public', 'cleanups.example.com/x:443', INVALID],
  ['public', 'http://cleanups.example.com:443', INVALID],
  ['public', 'dns:///cleanups.example.com:443', INVALID],
  ['public', 'ipv4:127.0.0.1:443', INVALID],
  ['public', 'unix:80', INVALID],
  ['public', 'unix:/var/run/docker.sock', INVALID],
  ['public', 'UNIX-abstract:1', INVALID],
  ['public', 'xds:443', INVALID],
  ['public', '::1:443', INVALID],
  ['public', '[fe80::1%eth0]:443', INVALID],
  ['public', 'a b:443', INVALID],
  ['public', '', INVALID],
];

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
