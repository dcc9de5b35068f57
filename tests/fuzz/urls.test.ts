import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { egressGuard } from '@lease/core/http';

const RUNS = 20_000;
const SEED = 1;

/** Whom no cleanup may reach where only what is public may be called: judged by Node, not by the library that the guard uses. */
const FORBIDDEN = new BlockList();
const NETWORKS = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/3',
    '::/128',
    '::1/128',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ],
];
for (const network of NETWORKS) {
  const [address = '', bits] = network.split('/');
  FORBIDDEN.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
}

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** Rather such as must not be called. */
const address4 = fc.oneof(
  octets,
  fc.constantFrom([127, 0, 0, 1], [10, 0, 0, 1], [169, 254, 169, 254], [192, 168, 1, 1], [0, 0, 0, 0]),
  octets.map(([, b, c, d]) => [10, b, c, d]),
  octets.map(([, , c, d]) => [172, 31, c, d]),
);
const wordOf = (octets: readonly number[]) => octets.reduce((word, octet) => word * 256 + octet, 0);
const hexOf = (octets: readonly number[]) => wordOf(octets).toString(16).padStart(8, '0');
const groupsOf = (octets: readonly number[]) => `${hexOf(octets).slice(0, 4)}:${hexOf(octets).slice(4)}`;

/** Ways to write the same four octets, some of which every parser reads in another way. */
const host = address4.chain((octets) =>
  fc.constantFrom(
    octets.join('.'),
    `${octets.join('.')}.`,
    String(wordOf(octets)),
    `0x${hexOf(octets)}`,
    `0${wordOf(octets).toString(8)}`,
    octets.map((octet) => `0${octet.toString(8)}`).join('.'),
    octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
    `${octets[0]}.${wordOf([0, ...octets.slice(1)])}`,
    `[::ffff:${octets.join('.')}]`,
    `[::ffff:${groupsOf(octets)}]`,
    `[::${groupsOf(octets)}]`,
    `[64:ff9b::${octets.join('.')}]`,
    `[2002:${groupsOf(octets)}::1]`,
    `[fe80::${groupsOf(octets)}]`,
    `[fe80::1%25eth0]`,
    octets.map((octet) => encodeURIComponent(String(octet)).replaceAll('1', '%31')).join('.'),
    octets.join('。'),
    'name.test',
    'localhost',
    'metadata.google.internal.',
  ),
);
const noise = fc.constantFrom(
  '',
  '',
  '',
  'user@',
  'user:pw@',
  '\\',
  '/',
  '@',
  ' ',
  '\u0000',
  '\u202e',
  '%00',
  '#',
);
const url = fc
  .tuple(
    fc.constantFrom('http:', 'https:', 'HTTP:', 'http:/', 'ftp:', 'file:', 'gopher:', '', 'http:\t'),
    fc.constantFrom('//', '//', '//', '/', '\\\\', ''),
    noise,
    host,
    fc.constantFrom('', '', ':80', ':0', ':65536', ':8080', ':', ':-1'),
    fc.oneof(fc.constant('/cleanup'), fc.webPath(), fc.string({ maxLength: 8 })),
    noise,
  )
  .map((parts) => parts.join(''));

test(`T5: ${RUNS} hostile URLs: create and attempt agree, nothing throws, and no way leads to a private address`, async () => {
  let open = 0;
  const property = fc.asyncProperty(
    url,
    fc.array(address4, { minLength: 1, maxLength: 3 }),
    async (url, found) => {
      const addresses = found.map((octets) => octets.join('.'));
      const guard = egressGuard({
        ...{ allowLoopback: false, allow: ['public'] },
        ownAddresses: () => [],
        resolveName: () => Promise.resolve(addresses),
      });
      const target = { kind: 'http', url, headers: new Map(), notFoundIsDone: false } as const;
      const refusal = await guard.admitTarget(target);
      const route = await guard.route(target, 1_000, new AbortController().signal);
      expect(route.kind).toBe(refusal === undefined ? 'open' : 'closed');
      if (route.kind === 'closed') {
        expect(route.result).toMatchObject({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
        return;
      }
      open += 1;
      for (const address of route.addresses) {
        expect(FORBIDDEN.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'), address).toBe(false);
      }
    },
  );
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  // Both verdicts were met, often.
  expect(open).toBeGreaterThan(RUNS / 100);
  expect(open).toBeLessThan(RUNS / 2);
});
