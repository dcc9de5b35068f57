import { at, expired, refused, released, Story, UNKNOWN } from '../story.js';
import { but, type Legal } from './row.js';

const empty = () => new Story();

/** An answer that was lost: each of these calls happened. */
const lost = (verb: string): Legal => [
  `the answer to the ${verb} was lost`,
  but(released, (s) => {
    const operation = s.operations.find((each) => each.verb === verb);
    if (operation) operation.answer = UNKNOWN;
  }),
];

export const legalLeases: readonly Legal[] = [
  ['a lease is taken, renewed and released', released],
  ['a lease expires', expired],
  ['nothing happens', empty],
  lost('create'),
  lost('renew'),
  lost('release'),
  [
    'all answers were lost',
    but(released, (s) => {
      for (const operation of s.operations) operation.answer = UNKNOWN;
    }),
  ],
  [
    'a create that was not answered did not happen',
    but(empty, (s) => s.create('a', 1_000, { answer: UNKNOWN, happens: false })),
  ],
  [
    'a create that was not answered happens later',
    but(empty, (s) => {
      s.create('a', 1_000, { answer: UNKNOWN });
      s.get('a', 1_500, { answer: refused('LEASE_NOT_FOUND') });
      s.get('a', 2_000);
      s.expire('a', 11_205);
      s.call('blob/1', 11_300);
    }),
  ],
  [
    'a renewal that was not answered did not happen',
    but(released, (s) => s.renew('a', 2_500, { answer: UNKNOWN, happens: false })),
  ],
  [
    'a renewal that was not answered happens after a later reading',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.renew('a', 1_500, { answer: UNKNOWN, happens: false });
      s.get('a', 2_000);
      s.row('a').renewals = 1;
      s.get('a', 2_500);
      s.expire('a', 11_205);
      s.call('blob/1', 11_300);
    }),
  ],
  [
    'a release that was not answered did not happen',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.release('a', 1_500, { answer: UNKNOWN, happens: false });
      s.renew('a', 2_000);
      s.expire('a', 12_205);
      s.call('blob/1', 12_300);
    }),
  ],
  [
    'a release that was not answered happens after a renewal',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.release('a', 1_500, { answer: UNKNOWN, happens: false });
      s.renew('a', 2_000);
      s.release('a', 2_500, { answer: UNKNOWN });
      s.operations.pop();
      s.call('blob/1', 2_600);
    }),
  ],
  [
    'a renewal was sent twice',
    but(released, (s) => {
      const row = s.row('a');
      row.renewals = 2;
      s.get('a', 4_000);
      const { answer } = at(s.operations, 2);
      if (answer.kind === 'ok') Object.assign(answer.lease, { renewals: 2 });
    }),
  ],
  ['a create is repeated after the end', but(released, (s) => s.create('a', 5_000))],
  [
    'a create is repeated while the lease lasts',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.create('a', 1_500);
      s.expire('a', 11_205);
      s.call('blob/1', 11_300);
    }),
  ],
  [
    'a create was sent twice, and is answered as repeated',
    but(released, (s) => {
      const operation = at(s.operations, 0);
      if (operation.answer.kind === 'ok') operation.answer = { ...operation.answer, replayed: true };
    }),
  ],
  [
    'an id is taken by another request',
    but(released, (s) => s.create('a', 1_500, { answer: refused('LEASE_ID_TAKEN'), request: 'other' })),
  ],
  [
    'an id is taken by a request that was not answered',
    but(empty, (s) => {
      s.create('a', 1_000, { answer: UNKNOWN });
      s.create('a', 1_500, { answer: refused('LEASE_ID_TAKEN'), request: 'other' });
      s.expire('a', 11_205);
      s.call('blob/1', 11_300);
    }),
  ],
  ['the same release again', but(released, (s) => s.release('a', 5_000))],
  ['COLLECT of an expired lease', but(expired, (s) => s.release('a', 5_000))],
  [
    'KEEP of an expired lease is refused',
    but(expired, (s) => s.release('a', 5_000, { disposition: 'KEEP', answer: refused('LEASE_ENDED') })),
  ],
  [
    'another disposition of a released lease is refused',
    but(released, (s) => s.release('a', 5_000, { disposition: 'KEEP', answer: refused('LEASE_ENDED') })),
  ],
  [
    'an object is kept',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.release('a', 1_500, { disposition: 'KEEP' });
      s.kept = 1;
    }),
  ],
  [
    'who does not own the cleanup cannot keep the object',
    but(released, (s) => {
      s.release('a', 2_500, { disposition: 'KEEP', answer: refused('CLEANUP_OWNED'), happens: false });
      s.row('a').state = 'RELEASED';
    }),
  ],
  [
    'a renewal within the grace',
    but(empty, (s) => {
      s.create('a', 1_000, { ttlMs: 1_000 });
      s.renew('a', 2_100, { ttlMs: 1_000 });
      s.expire('a', 3_400);
      s.call('blob/1', 3_500);
    }),
  ],
  [
    'a renewal after the end is refused',
    but(expired, (s) => s.renew('a', 2_500, { answer: refused('LEASE_ENDED'), happens: false })),
  ],
  [
    'a renewal and the end overlap: the renewal came first',
    but(released, (s) => {
      at(s.operations, 1).doneMs = 3_500;
    }),
  ],
  [
    'a renewal and the end overlap: the end came first',
    but(released, (s) => {
      s.renew('a', 2_995, { answer: refused('LEASE_ENDED'), happens: false });
    }),
  ],
  [
    'two renewals overlap',
    but(released, (s) => {
      const [first, second] = [at(s.operations, 1), { ...at(s.operations, 1) }];
      s.row('a').renewals = 2;
      second.answer = {
        ...first.answer,
        lease: { ...s.row('a'), state: 'ACTIVE', renewals: 2 },
      } as typeof first.answer;
      delete (second.answer as { lease: { endMs?: number } }).lease.endMs;
      delete (second.answer as { lease: { disposition?: string } }).lease.disposition;
      const end = at(s.operations, 2).answer;
      if (end.kind === 'ok') Object.assign(end.lease, { renewals: 2 });
      s.operations.splice(1, 0, second);
    }),
  ],
  [
    'a reading overlaps a renewal and shows what was before',
    but(released, (s) => {
      s.get('a', 2_001);
      s.mislead({ state: 'ACTIVE', renewals: 0, expireMs: 11_005 });
    }),
  ],
  [
    'nobody knows the id yet',
    but(empty, (s) => {
      s.get('a', 500);
      s.create('a', 1_000);
      s.release('a', 1_500);
      s.call('blob/1', 1_600);
    }),
  ],
  [
    'a renewal of what was never taken is refused',
    but(released, (s) => {
      s.operations.push({ ...at(s.operations, 1), leaseId: 'x', answer: refused('LEASE_NOT_FOUND') });
    }),
  ],
  [
    'a create is refused while the object is collected',
    but(released, (s) => {
      s.create('b', 3_100, { answer: refused('OBJECT_BEING_COLLECTED'), happens: false });
    }),
  ],
  [
    'a create is beyond the quota',
    but(released, (s) => {
      for (const id of ['b', 'c']) s.create(id, 1_200);
      s.create('d', 1_500, { answer: refused('LEASE_QUOTA_EXCEEDED'), happens: false });
      for (const id of ['b', 'c']) s.release(id, 1_700);
    }),
  ],
  [
    'a create is beyond the quota, since ends that are stamped are not committed yet',
    but(released, (s) => {
      for (const id of ['b', 'c']) s.create(id, 1_200);
      for (const id of ['b', 'c']) s.release(id, 1_700);
      s.create('d', 1_900, { answer: refused('LEASE_QUOTA_EXCEEDED'), happens: false });
    }),
  ],
  [
    'a stranger may not renew',
    but(released, (s) => {
      s.renew('a', 2_500, { client: 'x', answer: refused('NOT_LEASE_HOLDER'), happens: false });
    }),
  ],
  [
    'a stranger may not release',
    but(released, (s) => {
      s.release('a', 2_500, { client: 'x', answer: refused('NOT_LEASE_HOLDER'), happens: false });
      const [renewal] = s.operations.splice(1, 1);
      if (renewal) s.operations.splice(1, 0, renewal);
    }),
  ],
];
