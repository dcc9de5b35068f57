import { at, released, Story } from '../story.js';
import { leap } from './illegal-outages.js';
import { but, type Illegal, type Legal } from './row.js';

/** As F8 has it: the clock leaps, and when the pause is over and its instants are past, it is set back. */
export const leapAndBack = but(leap, (s) => s.clockSteps.push({ fromMs: 12_490, toMs: 12_510, offsetMs: 0 }));

/** S1, S14: what the instants of the tables show although the clock stepped. */
export const illegalClocks: readonly Illegal[] = [
  [
    'S14',
    'a leap of the clock ends a lease, and the clock is set back',
    but(leapAndBack, (s) => {
      s.row('a').expireMs = 6_000;
      s.row('a').endMs = 6_600;
    }),
  ],
  [
    'S14',
    'the pause after a leap is too short, and the clock is set back',
    but(leapAndBack, (s) => (s.row('a').endMs = 11_300)),
  ],
  [
    'S1',
    'an object is claimed while a lease on it is active, and the clock steps later',
    but(released, (s) => {
      const { cleanupId } = at(s.attempts, 0);
      s.attempts.unshift({
        ...{ cleanupId, fence: 50, attempt: 0, outcome: 'UNSTARTED', replica: 'replica-1' },
        ...{ claimMs: 2_500, settleMs: 2_600 },
      });
      s.clockSteps.push({ fromMs: 20_000, toMs: 20_010, offsetMs: 5_000 });
      s.clockSteps.push({ fromMs: 33_000, toMs: 33_010, offsetMs: 0 });
    }),
  ],
];

export const legalClocks: readonly Legal[] = [
  ['a leap of the clock ends nothing, and the clock is set back', leapAndBack],
  [
    'a lease ends at an instant that had been in the pause before the clock was set back',
    () => {
      const story = new Story();
      story.create('a', 1_000, { ttlMs: 7_000 });
      story.clockSteps.push({ fromMs: 1_490, toMs: 1_510, offsetMs: 5_000 });
      story.clockSteps.push({ fromMs: 8_490, toMs: 8_510, offsetMs: 0 });
      story.expire('a', 9_000);
      story.call('blob/1', 9_100);
      return story;
    },
  ],
  [
    'an object is taken again at an instant at which it was claimed before the clock was set back',
    but(released, (s) => {
      s.clockSteps.push({ fromMs: 3_490, toMs: 3_510, offsetMs: -1_000 });
      s.create('b', 4_100, { generation: 9 });
      s.mislead({ createMs: 3_105, expireMs: 13_105 }, 3_105);
      s.release('b', 5_000);
      Object.assign(s.row('b'), { createMs: 3_105, expireMs: 13_105, endMs: 4_005 });
      s.mislead({ createMs: 3_105, expireMs: 13_105, endMs: 4_005 }, 4_005);
      s.call('blob/1', 5_100, { cleanupId: 'c', generation: 9 });
      Object.assign(at(s.attempts, -1), { claimMs: 4_095, settleMs: 4_120 });
    }),
  ],
];
