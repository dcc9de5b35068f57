import { at, expired, refused, released, Story, UNKNOWN } from '../story.js';
import { but, type Illegal } from './row.js';

const empty = () => new Story();

/** S2, S11, S12, S15, L1: answers that are wrong by themselves, or that the table does not bear out. */
export const illegalAnswers: readonly Illegal[] = [
  ['S11', 'a create that was answered is gone', but(released, (s) => s.rows.clear())],
  ['S11', 'a renewal that was answered is gone', but(released, (s) => (s.row('a').renewals = 0))],
  ['S11', 'an expire time that was answered is gone', but(released, (s) => (s.row('a').expireMs = 11_005))],
  [
    'S11',
    'a release that was answered is gone',
    but(released, (s) => {
      delete s.row('a').disposition;
      Object.assign(s.row('a'), { state: 'EXPIRED', endMs: 12_300 });
    }),
  ],
  [
    'S11',
    'a lease that was only read is gone',
    but(empty, (s) => {
      s.create('a', 1_000, { answer: UNKNOWN });
      s.get('a', 1_500);
      s.rows.clear();
    }),
  ],
  ['L1', 'a lease never ends', but(empty, (s) => s.create('a', 1_000))],
  [
    'S12',
    'the same create is carried out twice',
    but(released, (s) => {
      s.create('a', 4_000);
      s.last.answer = { ...s.last.answer, replayed: false } as typeof s.last.answer;
    }),
  ],
  [
    'S12',
    'the same id answers to another request',
    but(released, (s) => s.create('a', 4_000, { request: 'other' })),
  ],
  [
    'S12',
    'an id is taken by its own request',
    but(released, (s) => s.create('a', 4_000, { answer: refused('LEASE_ID_TAKEN') })),
  ],
  [
    'S12',
    'a replay shows another generation',
    but(released, (s) => {
      s.create('a', 4_000);
      s.mislead({ generation: 8 });
    }),
  ],
  [
    'S12',
    'a replay shows another create time',
    but(released, (s) => {
      s.create('a', 4_000);
      s.mislead({ createMs: 4_005 });
    }),
  ],
  [
    'S15',
    'an answer is stamped by a clock that is ahead',
    but(released, (s) => {
      s.get('a', 4_000);
      s.mislead({}, 5_000);
    }),
  ],
  [
    'S15',
    'an answer is stamped before its question',
    but(released, (s) => {
      s.get('a', 4_000);
      s.mislead({}, 3_900);
    }),
  ],
  [
    'S15',
    'a lease begins before it was asked for',
    but(released, (s) => {
      for (const { answer } of s.operations)
        if (answer.kind === 'ok') Object.assign(answer.lease, { createMs: 800 });
    }),
  ],
  [
    'S2',
    'a create gives less than its TTL',
    but(expired, (s) => {
      at(s.operations, 0).ttlMs = 2_000;
    }),
  ],
  [
    'S2',
    'a renewal gives less than its TTL',
    but(released, (s) => {
      at(s.operations, 1).ttlMs = 20_000;
    }),
  ],
  ['S2', 'a lease expires within its grace', but(expired, (s) => (s.row('a').endMs = 2_204))],
  [
    'S2',
    'a lease is told to have ended before its time',
    but(expired, (s) => s.renew('a', 1_500, { answer: refused('LEASE_ENDED'), happens: false })),
  ],
];
