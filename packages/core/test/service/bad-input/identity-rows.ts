import { create, release, renew, untyped } from '../requests.js';
import { FORBIDDEN, type Row } from './row.js';

const objectId = (id: string) => create({ object: { type: 'blob', id } });
const objectType = (type: string) => create({ object: { type, id: 'b-1' } });

const TYPES = [
  '',
  '-',
  '-blob',
  'Blob',
  'a_b',
  'a.b',
  'a/b',
  'a b',
  'blob\n',
  'blöb',
  '\u0430',
  'a'.repeat(64),
];
const LEASE_IDS = [
  '',
  'abc',
  '11111111222243338444555555555555',
  '{11111111-2222-4333-8444-555555555555}',
  'urn:uuid:11111111-2222-4333-8444-555555555555',
  '11111111-2222-4333-8444-55555555555',
  '11111111-2222-4333-8444-5555555555555',
  ' 11111111-2222-4333-8444-555555555555',
  '11111111-2222-4333-8444-555555555555\n',
  '11111111-2222-4333-8444-55555555555g',
  '11111111-2222-4333-8444-55555555555\u0000',
  '../../../../../../etc/passwd',
];

export const identityRows: readonly Row[] = [
  ...FORBIDDEN.map(([char, name]): Row => [
    `object id with ${name.source}`,
    'create',
    objectId(`a${char}b`),
    ['object.id'],
    name,
  ]),
  ...FORBIDDEN.map(([char, name]): Row => [
    `service id with ${name.source}`,
    'renew',
    renew({ serviceId: char }),
    ['service_id'],
    name,
  ]),
  ...TYPES.map((type): Row => [
    `object type ${JSON.stringify(type)}`,
    'create',
    objectType(type),
    ['object.type'],
    /a-z/,
  ]),
  ...LEASE_IDS.map((leaseId): Row => [
    `lease id ${JSON.stringify(leaseId)}`,
    'get',
    leaseId,
    ['lease_id'],
    /a UUID is needed/,
  ]),
  ['a chosen lease id', 'create', create({ leaseId: 'mine' }), ['lease_id'], /"mine"/],
  ['an empty chosen lease id', 'create', create({ leaseId: '' }), ['lease_id'], /is empty/],
  ['the lease id of a renewal', 'renew', renew({ leaseId: 'mine' }), ['lease_id'], /UUID/],
  ['the lease id of a release', 'release', release({ leaseId: 'mine' }), ['lease_id'], /UUID/],
  ['object id of 0 bytes', 'create', objectId(''), ['object.id'], /is empty/],
  ['object id of 2,049 bytes', 'create', objectId('x'.repeat(2_049)), ['object.id'], /at most 2048 bytes/],
  ['object id of 1,025 two-byte characters', 'create', objectId('é'.repeat(1_025)), ['object.id'], /2048/],
  ['object id of 683 three-byte characters', 'create', objectId('€'.repeat(683)), ['object.id'], /2048/],
  ['object id of 513 four-byte characters', 'create', objectId('😀'.repeat(513)), ['object.id'], /2048/],
  ['object id of 4 MB', 'create', objectId('x'.repeat(4_000_000)), ['object.id'], /too long/],
  ['service id of 0 bytes', 'create', create({ serviceId: '' }), ['service_id'], /is empty/],
  ['service id of 129 bytes', 'create', create({ serviceId: 's'.repeat(129) }), ['service_id'], /128 bytes/],
  ['service id of a release', 'release', release({ serviceId: 's'.repeat(129) }), ['service_id'], /128/],
  ['no object', 'create', create({ object: untyped(undefined) }), ['object.type', 'object.id'], /missing/],
  ['no object type', 'create', create({ object: untyped({ id: 'x' }) }), ['object.type'], /missing/],
  [
    'an object id that is a number',
    'create',
    create({ object: untyped({ type: 'blob', id: 7 }) }),
    ['object.id'],
  ],
  ['no service id', 'renew', renew({ serviceId: untyped(undefined) }), ['service_id'], /missing/],
  ['no lease id', 'get', untyped(undefined), ['lease_id'], /missing/],
];
