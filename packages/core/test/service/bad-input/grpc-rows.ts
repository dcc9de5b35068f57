import { grpc, untyped, withAddress, withCleanup } from '../requests.js';
import type { Row } from './row.js';

const ADDRESSES = [
  '',
  'host',
  ':443',
  'host:',
  'host:0',
  'host:65536',
  'host:99999',
  'host:443000',
  'host:-1',
  'host:http',
  'host:4 43',
  'host:443/path',
  'unix:/tmp/socket',
  'unix:80',
  'UNIX:80',
  'dns:80',
  'dns:host:443',
  'dns:///host:443',
  'ipv4:10.0.0.1:443',
  'xds:///host:443',
  'http://host:443',
  'u:p@host:443',
  'user@host:443',
  '::1:443',
  '[::1]',
  '[::g]:443',
  '[fe80::1%eth0]:443',
  'ho st:443',
  'host%41:443',
  'a,b:443',
  '1.2.3.256:443',
  `${'h'.repeat(262)}:443`,
];

const ADDRESS_FIELD = ['cleanup.grpc.address'];

export const grpcRows: readonly Row[] = [
  ...ADDRESSES.map((address): Row => [
    `address ${address.slice(0, 40)}`,
    'create',
    withAddress(address),
    ADDRESS_FIELD,
  ]),
  ['an address with a line feed', 'create', withAddress('host\n:443'), ADDRESS_FIELD, /U\+000A/],
  ['an address with a bidi mark', 'create', withAddress('ho\u202est:443'), ADDRESS_FIELD, /U\+202E/],
  [
    'an address that is no string',
    'create',
    withCleanup({ target: grpc({ address: untyped({}) }) }),
    ADDRESS_FIELD,
  ],
];
