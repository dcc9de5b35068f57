import { at, expired, refused, released, Story, UNKNOWN } from '../story.js';
import { but, type Illegal } from './row.js';

const empty = () => new Story();

/** S3, S4: answers that no order explains. */
export const illegalLeases: readonly Illegal[] = [
  [
    'S3',
    'a lease is there before it was asked for',
    but(released, (s) => (at(s.operations, 0).sentMs = 5_000)),
  ],
  [
    'S3',
    'a lease is gone after it was read',
    but(released, (s) => s.get('a', 2_500, { answer: refused('LEASE_NOT_FOUND') })),
  ],
  [
    'S3',
    'a lease that nobody answered for comes and goes',
    but(empty, (s) => {
      s.create('a', 1_000, { answer: UNKNOWN });
      s.get('a', 1_500);
      s.get('a', 2_000, { answer: refused('LEASE_NOT_FOUND') });
      s.expire('a', 11_205);
      s.call('blob/1', 11_300);
    }),
  ],
  [
    'S3',
    'a renewal is forgotten by a later reading',
    but(released, (s) => {
      s.get('a', 2_500);
      s.mislead({ state: 'ACTIVE', renewals: 0, expireMs: 11_005 });
    }),
  ],
  [
    'S3',
    'a renewal is seen before it was sent',
    but(released, (s) => {
      s.get('a', 1_500);
      s.mislead({ state: 'ACTIVE', renewals: 1, expireMs: 12_005 });
    }),
  ],
  [
    'S3',
    'two renewals become one',
    but(released, (s) => {
      s.renew('a', 2_500);
      s.mislead({ state: 'ACTIVE', renewals: 1, expireMs: 12_005 });
      Object.assign(s.row('a'), { renewals: 1, expireMs: 12_005 });
    }),
  ],
  ['S3', 'a lease was released by nobody', but(released, (s) => s.operations.splice(2, 1))],
  [
    'S3',
    'a lease is released before the release is sent',
    but(released, (s) => {
      s.get('a', 2_500);
    }),
  ],
  [
    'S3',
    'a release that was refused for good has happened',
    but(released, (s) => (at(s.operations, 2).answer = refused('NOT_LEASE_HOLDER'))),
  ],
  [
    'S3',
    'a lease is kept, and nobody said so',
    but(released, (s) => {
      at(s.operations, 2).answer = UNKNOWN;
      s.row('a').disposition = 'KEEP';
    }),
  ],
  [
    'S3',
    'a release is answered with another disposition',
    but(released, (s) => {
      s.release('a', 4_000, { disposition: 'KEEP' });
    }),
  ],
  [
    'S3',
    'KEEP of an expired lease is answered',
    but(expired, (s) => {
      s.release('a', 3_000, { disposition: 'KEEP' });
    }),
  ],
  [
    'S3',
    'a release is answered and the lease goes on',
    but(released, (s) => {
      s.release('a', 2_500, { happens: false });
      s.mislead({ state: 'ACTIVE' });
    }),
  ],
  [
    'S3',
    'a renewal is answered as if it had ended',
    but(expired, (s) => {
      s.renew('a', 2_500, { happens: false });
    }),
  ],
  [
    'S3',
    'the same release is told to have come too late',
    but(released, (s) => s.release('a', 4_000, { answer: refused('LEASE_ENDED') })),
  ],
  [
    'S3',
    'an object is told to be collected under a lease that was answered',
    but(released, (s) => s.create('a', 1_500, { answer: refused('OBJECT_BEING_COLLECTED') })),
  ],
  [
    'S3',
    'two expire times after as many renewals',
    but(released, (s) => {
      s.get('a', 2_500);
      s.mislead({ state: 'ACTIVE', expireMs: 12_006, renewals: 1 });
    }),
  ],
  [
    'S3',
    'a renewal shortens the lease',
    but(released, (s) => {
      at(s.operations, 1).answer = {
        ...{ kind: 'ok', serverMs: 2_005 },
        lease: { ...s.row('a'), state: 'ACTIVE', expireMs: 11_000 },
      };
    }),
  ],
  [
    'S3',
    'a lease ends twice',
    but(released, (s) => {
      s.get('a', 4_000);
      s.mislead({ endMs: 3_006 });
    }),
  ],
  [
    'S3',
    'an active lease has an end',
    but(released, (s) => {
      s.get('a', 2_500);
      s.mislead({ state: 'ACTIVE', endMs: 2_400 });
    }),
  ],
  [
    'S4',
    'a renewal succeeds after a reading showed the end',
    but(expired, (s) => {
      s.get('a', 2_500);
      s.renew('a', 2_600);
      s.mislead({ state: 'ACTIVE' });
    }),
  ],
  [
    'S4',
    'a renewal succeeds after one was refused',
    but(expired, (s) => {
      s.renew('a', 2_500, { answer: refused('LEASE_ENDED'), happens: false });
      s.renew('a', 2_600);
      s.mislead({ state: 'ACTIVE' });
    }),
  ],
  [
    'S4',
    'a lease is active after its release was answered',
    but(released, (s) => {
      s.get('a', 4_000);
      s.mislead({ state: 'ACTIVE' });
    }),
  ],
];
