import { describe, expect, test } from 'vitest';
import { judge } from '../../../races/checker/judge.js';
import type { PromiseId } from '../../../races/checker/violations.js';
import type { Event } from '../../../races/log/event.js';
import type { Answer } from '../../../races/play/answers.js';
import {
  attempt,
  BEGUN,
  type Change,
  CLAIMED,
  claimed,
  DONE,
  due,
  finished,
  history,
  lease,
  object,
  RELEASED,
} from './histories.js';

const GRACE_MS = 30;

function broken(events: readonly Event[], answers: readonly Answer[] = [], unanswered = 1): PromiseId[] {
  const { violations } = judge({ events, answers, graceMs: GRACE_MS, unanswered });
  return [...new Set(violations.map(({ promise }) => promise))].sort();
}

describe('legal histories', () => {
  test('a life from its first lease to its collection', () => {
    const events = history(BEGUN, RELEASED, CLAIMED, DONE);
    expect(broken(events)).toEqual([]);
    const { leases, cleanups, attempts, heldObjects } = judge({
      ...{ events, answers: [], graceMs: GRACE_MS, unanswered: 1 },
    }).tally.counts;
    expect(leases).toEqual({ created: 1, active: 0, released: 1, expired: 0 });
    expect(cleanups).toMatchObject({ ended: 1, collected: 1, open: 0, abandoned: 0 });
    expect([attempts.claimed, attempts.done, heldObjects]).toEqual([1, 1, 0]);
  });

  test('a renewal in the middle of another lease’s step', () => {
    const other = lease({ leaseId: 'l2' });
    const renewed = lease({ leaseId: 'l2', renewalCount: 1, renewTime: 1_150, expireTime: 1_250 });
    const end = lease({ state: 'EXPIRED', endTime: 1_130 });
    const events = [
      ...history([...BEGUN, ['lease', 'INSERT', other], ['object', 'UPDATE', object({ active: 2 })]]),
      { tx: 'end', noun: 'lease', op: 'UPDATE', row: end },
      { tx: 'renewal', noun: 'lease', op: 'UPDATE', row: renewed },
      { tx: 'end', noun: 'object', op: 'UPDATE', row: object() },
    ] as Event[];
    expect(broken(events)).toEqual([]);
  });

  test('a claim that ran out and was taken over, and a revival', () => {
    const taken: readonly Change[] = [
      ['attempt', 'INSERT', attempt({ outcome: 'LOST', settleTime: 1_300 })],
      [
        'object',
        'UPDATE',
        claimed({ attempt: 2, fence: 21, claimTime: 1_300, dueAt: 1_400, unanswered: true }),
      ],
    ];
    const answered: readonly Change[] = [
      ['attempt', 'INSERT', attempt({ fence: 21, attempt: 2, outcome: 'RETRY', settleTime: 1_310 })],
      ['object', 'UPDATE', due({ attempt: 2, dueAt: 1_310 })],
    ];
    const revived: readonly Change[] = [
      ['finished', 'INSERT', finished({ state: 'REVIVED', endTime: 1_320 })],
      ['object', 'UPDATE', object({ generation: 11 })],
      [
        'lease',
        'INSERT',
        lease({ leaseId: 'l2', generation: 11, createTime: 1_320, renewTime: 1_320, expireTime: 1_420 }),
      ],
    ];
    expect(broken(history(BEGUN, RELEASED, CLAIMED, taken, answered, revived))).toEqual([]);
  });
});

describe('illegal histories', () => {
  const create = { leaseId: 'l1', requestHash: 'h' };
  const answered = {
    leaseId: 'l1',
    generation: 10,
    state: 'ACTIVE',
    renewalCount: 0,
    createTime: 1_000,
    expireTime: 1_100,
  };
  const answer = (parts: object) => parts as unknown as Answer;
  const settled = answer({
    verb: 'settle',
    command: { fence: 20, cleanupId: 'x', kind: 'done' },
    result: 'settled',
  });

  const cases: readonly [string, PromiseId, readonly Event[], (readonly Answer[])?, number?][] = [
    ['S1: claimed while a lease is active', 'S1', history(BEGUN, [['object', 'UPDATE', claimed()]])],
    [
      'S1: revived while an attempt may reach its endpoint',
      'S1',
      history(
        BEGUN,
        RELEASED,
        CLAIMED,
        [
          ['attempt', 'INSERT', attempt({ outcome: 'RETRY' })],
          ['object', 'UPDATE', due({ attempt: 1, unanswered: true })],
        ],
        [
          ['finished', 'INSERT', finished({ state: 'REVIVED', endTime: 1_320 })],
          ['object', 'UPDATE', object({ generation: 11 })],
          ['lease', 'INSERT', lease({ leaseId: 'l2', generation: 11, createTime: 1_320 })],
        ],
      ),
    ],
    [
      'S2: expired within the grace',
      'S2',
      history(BEGUN, [
        ['lease', 'UPDATE', lease({ state: 'EXPIRED', endTime: 1_129 })],
        ['object', 'UPDATE', due()],
      ]),
    ],
    [
      'S2: an expire time that goes back',
      'S2',
      history(BEGUN, [['lease', 'UPDATE', lease({ expireTime: 1_050, renewalCount: 1 })]]),
    ],
    ['S3: a renewal that is lost', 'S3', history(BEGUN, [['lease', 'UPDATE', lease({ renewalCount: 2 })]])],
    [
      'S3: an object that counts wrong',
      'S3',
      history([
        ['object', 'INSERT', object({ active: 2 })],
        ['lease', 'INSERT', lease()],
      ]),
    ],
    [
      'S3: abandoned without having been claimed',
      'S3',
      history(BEGUN, RELEASED, [['object', 'UPDATE', due({ state: 'ABANDONED', dueAt: null })]]),
    ],
    [
      'S4: renewed after its end',
      'S4',
      history(BEGUN, RELEASED, [['lease', 'UPDATE', lease({ renewalCount: 1, expireTime: 1_400 })]]),
    ],
    [
      'S6: dropped with its cleanup',
      'S6',
      history(BEGUN, [RELEASED[0] as Change, ['object', 'DELETE', object()]]),
    ],
    [
      'S6: done, and filed nowhere',
      'S6',
      history(
        BEGUN,
        RELEASED,
        CLAIMED,
        DONE.filter(([noun]) => noun !== 'finished'),
      ),
    ],
    [
      'S7: another generation in the same life',
      'S7',
      history(BEGUN, [['object', 'UPDATE', object({ generation: 11 })]]),
    ],
    [
      'S7: an attempt number that is left out',
      'S7',
      history(BEGUN, RELEASED, [['object', 'UPDATE', claimed({ attempt: 2 })]]),
    ],
    [
      'S8: an outcome under a fence of long ago',
      'S8',
      history(BEGUN, RELEASED, CLAIMED, [['attempt', 'INSERT', attempt({ fence: 19 })], ...DONE.slice(1)]),
    ],
    [
      'S8: an outcome that nobody claimed',
      'S8',
      history(BEGUN, RELEASED, [['attempt', 'INSERT', attempt()]]),
    ],
    ['S8: answered as settled, and not recorded', 'S8', history(BEGUN, RELEASED, CLAIMED), [settled]],
    [
      'S9: claimed twice at once',
      'S9',
      history(BEGUN, RELEASED, CLAIMED, [['object', 'UPDATE', claimed({ attempt: 2, fence: 21 })]]),
    ],
    [
      'S9: claimed in its backoff',
      'S9',
      history(BEGUN, RELEASED, [['object', 'UPDATE', claimed({ claimTime: 1_199 })]]),
    ],
    ['S9: a claim that reached nobody', 'S9', history(BEGUN, RELEASED, CLAIMED), [], 0],
    [
      'S9: a claim that reached two',
      'S9',
      history(BEGUN, RELEASED, CLAIMED),
      [1, 2].map(() => answer({ verb: 'claim', claims: [{ fence: 20 }] })),
    ],
    [
      'S12: two answers of two leases under one id',
      'S12',
      history(BEGUN),
      [1, 2].map(() =>
        answer({
          verb: 'create',
          command: create,
          result: { outcome: 'done', replayed: false, lease: answered },
        }),
      ),
    ],
    [
      'S12: answered with a lease that never was so',
      'S12',
      history(BEGUN),
      [
        answer({
          verb: 'create',
          command: create,
          result: { outcome: 'done', lease: { ...answered, expireTime: 1_101 } },
        }),
      ],
    ],
    [
      'S15: stamped before the step before it',
      'S15',
      history(BEGUN, [
        ['lease', 'UPDATE', lease({ state: 'RELEASED', disposition: 'COLLECT', endTime: 999 })],
        ['object', 'UPDATE', due({ dueTime: 999 })],
      ]),
    ],
    [
      'S16: leases that expired and that no sweep told of',
      'S16',
      history(BEGUN, [
        ['lease', 'UPDATE', lease({ state: 'EXPIRED', endTime: 1_200 })],
        ['object', 'UPDATE', due()],
      ]),
      [],
      0,
    ],
  ];

  test.each(cases)('%s', (_, promise, events, answers, unanswered) => {
    expect(broken(events, answers, unanswered)).toContain(promise);
  });
});
