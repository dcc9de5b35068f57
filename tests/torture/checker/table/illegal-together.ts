import { at, expired, refused, released, Story } from '../story.js';
import { outage } from './illegal-outages.js';
import { but, type Illegal } from './row.js';

const empty = () => new Story();

/** What each answer and each table says may be well by itself, and yet not what was asked for, or not in that order. */
export const illegalTogether: readonly Illegal[] = [
  [
    'S1',
    'an object is created while an attempt of its earlier life is under way',
    but(released, (s) => {
      at(s.attempts, 0).settleMs = 3_400;
      s.create('b', 3_200, { generation: 9 });
      s.release('b', 5_000);
      s.call('blob/1', 5_100, { cleanupId: 'c', generation: 9 });
    }),
  ],
  [
    'S1',
    'an object is claimed, and not called for, while a lease on it is active',
    but(released, (s) => {
      const { cleanupId } = at(s.attempts, 0);
      s.attempts.unshift({
        cleanupId,
        fence: 50,
        attempt: 0,
        outcome: 'UNSTARTED',
        replica: 'replica-1',
        claimMs: 2_500,
        settleMs: 2_600,
      });
    }),
  ],
  [
    'S6',
    'an object is kept, and collected',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.release('a', 1_500, { disposition: 'KEEP' });
      s.call('blob/1', 1_600);
    }),
  ],
  [
    'S7',
    'a call is for another object than its cleanup',
    but(released, (s) => {
      at(s.callbacks, 0).objectKey = 'blob/2';
    }),
  ],
  [
    'S7',
    'a call is for another life than its cleanup',
    but(released, (s) => {
      at(s.callbacks, 0).generation = 6;
    }),
  ],
  [
    'S12',
    'the table has another generation than the answers',
    but(released, (s) => {
      s.row('a').generation = at(s.callbacks, 0).generation = at(s.endings, 0).generation = 8;
    }),
  ],
  [
    'S12',
    'the table has another create time than the answers',
    but(released, (s) => (s.row('a').createMs = 1_010)),
  ],
  [
    'S12',
    'a lease is on another object than was asked for',
    but(released, (s) => {
      for (const operation of s.operations) operation.objectKey = 'blob/2';
    }),
  ],
  [
    'S12',
    'an id is taken by its own request, which another one follows',
    but(released, (s) => {
      s.create('a', 4_000, { answer: refused('LEASE_ID_TAKEN') });
      s.create('a', 4_100, { answer: refused('LEASE_ID_TAKEN'), request: 'other' });
    }),
  ],
  [
    'S3',
    'a lease lasts longer than was asked for',
    but(released, (s) => {
      at(s.operations, 0).ttlMs = at(s.operations, 1).ttlMs = 5_000;
    }),
  ],
  [
    'S15',
    'a release is stamped before it was sent',
    but(released, (s) => {
      s.row('a').endMs = 2_500;
      s.mislead({ endMs: 2_500 });
    }),
  ],
  [
    'S15',
    'a release that waited for a renewal is stamped before it',
    but(released, (s) => {
      at(s.operations, 2).sentMs = 1_500;
      s.row('a').endMs = 1_900;
      s.mislead({ endMs: 1_900 });
    }),
  ],
  [
    'S15',
    'an end is told before it comes',
    but(released, (s) => {
      s.row('a').endMs = 3_050;
      s.mislead({ endMs: 3_050 });
    }),
  ],
  [
    'S3',
    'a holder is taken for a stranger',
    but(released, (s) => s.renew('a', 2_500, { answer: refused('NOT_LEASE_HOLDER'), happens: false })),
  ],
  ['S3', 'a stranger releases', but(released, (s) => (s.last.client = 'x'))],
  [
    'S3',
    'a request is refused as invalid',
    but(released, (s) => s.renew('a', 2_500, { answer: refused('INVALID_REQUEST'), happens: false })),
  ],
  [
    'S10',
    'a create is beyond a quota that is not used up',
    but(released, (s) => s.create('b', 1_500, { answer: refused('LEASE_QUOTA_EXCEEDED'), happens: false })),
  ],
  [
    'S10',
    'a create is beyond a quota that was used up long ago',
    but(released, (s) => {
      for (const id of ['b', 'c']) s.create(id, 1_200);
      for (const id of ['b', 'c']) s.release(id, 1_700);
      s.create('d', 2_900, { answer: refused('LEASE_QUOTA_EXCEEDED'), happens: false });
    }),
  ],
  [
    'S2',
    'a hold is lost without a fault',
    but(expired, (s) =>
      s.holds.push({ leaseId: 'a', ttlMs: 1_000, expireMs: 2_005, renewals: 0, lostMs: 2_400 }),
    ),
  ],
  [
    'S14',
    'a lease expires in the pause, which an operator ends later',
    but(outage, (s) => {
      s.row('a').endMs = 4_900;
      s.resumes.push(6_000);
    }),
  ],
  [
    'S8',
    'a claim counts as done by the call of an earlier one',
    but(released, (s) => {
      s.faults.push({ kind: 'F1', fromMs: 3_110, toMs: 4_000 });
      at(s.attempts, 0).outcome = 'LOST';
      s.endings.length = 0;
      s.call('blob/1', 36_200);
      s.callbacks.pop();
    }),
  ],
  [
    'S8',
    'an attempt fails for good before anybody called',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'FAIL';
      at(s.endings, 0).state = 'ABANDONED';
      s.callbacks.length = 0;
    }),
  ],
  [
    'S6',
    'a cleanup is withdrawn, and nobody took a lease again',
    but(released, (s) => {
      at(s.endings, 0).state = 'REVIVED';
      s.attempts.length = s.callbacks.length = 0;
    }),
  ],
  [
    'S6',
    'a cleanup is abandoned after one attempt',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      at(s.callbacks, 0).answer = 'failed';
      at(s.endings, 0).state = 'ABANDONED';
    }),
  ],
  [
    'S6',
    'a cleanup is forgotten, and nobody said so',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'FAIL';
      at(s.callbacks, 0).answer = 'failed';
      at(s.endings, 0).state = 'FORGOTTEN';
    }),
  ],
];
