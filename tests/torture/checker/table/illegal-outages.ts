import type { History } from '../../history.js';
import { at, expired, refused, Story } from '../story.js';
import { but, type Illegal } from './row.js';

/** Nobody sweeps from 1,500 to 4,500; the lease, due at 2,205, ends at 8,000 and not in the pause until 7,500. */
export function outage(): Story {
  const story = new Story();
  story.create('a', 1_000, { ttlMs: 1_000 });
  story.faults.push({ kind: 'F12', fromMs: 1_500, toMs: 4_500, total: true });
  story.expire('a', 8_000);
  story.call('blob/1', 8_100);
  return story;
}

/** The store's clock leaps by 5 s at 1,500; the lease, due at 11,205 of that clock, ends at 12,000: at 7,000 of ours. */
export function leap(): Story {
  const story = new Story();
  story.create('a', 1_000, { ttlMs: 10_000 });
  story.clockSteps.push({ fromMs: 1_490, toMs: 1_510, offsetMs: 5_000 });
  story.expire('a', 12_000);
  story.call('blob/1', 7_100);
  return story;
}

/** S2, S4, S11, S14, S15, F13: outages, clocks and holders that stand still. */
export const illegalOutages: readonly Illegal[] = [
  ['S14', 'a lease expires during the outage', but(outage, (s) => (s.row('a').endMs = 3_000))],
  ['S14', 'a lease expires right after the outage', but(outage, (s) => (s.row('a').endMs = 4_600))],
  ['S14', 'a lease expires before the pause is over', but(outage, (s) => (s.row('a').endMs = 7_400))],
  [
    'S14',
    'a lease expires in the longest pause',
    but(outage, (s) => {
      at(s.faults, 0).toMs = 100_000;
      s.row('a').endMs = 129_900;
      at(s.callbacks, 0).arrivedMs = 131_000;
    }),
  ],
  [
    'S14',
    'a leap of the clock ends a lease',
    but(leap, (s) => {
      s.row('a').expireMs = 6_000;
      s.row('a').endMs = 6_600;
    }),
  ],
  [
    'S14',
    'a hold is lost by the outage of others',
    but(outage, (s) =>
      s.holds.push({ leaseId: 'a', ttlMs: 1_000, expireMs: 2_005, renewals: 0, lostMs: 8_100 }),
    ),
  ],
  [
    'S2',
    'a call comes before the end of the term, by a clock that leapt',
    but(leap, (s) => (at(s.callbacks, 0).arrivedMs = 5_900)),
  ],
  [
    'S15',
    'after a leap an answer is stamped by the old clock',
    but(leap, (s) => {
      s.get('a', 2_000);
      s.mislead({ state: 'ACTIVE' }, 2_005);
    }),
  ],
  [
    'F13',
    'a hold is held after a block that outlasted it',
    but(expired, (s) => s.holds.push({ ...HOLD, block: { ms: 2_000, state: 'held', asserted: false } })),
  ],
  [
    'F13',
    'a hold asserts itself after a block that outlasted it',
    but(expired, (s) => s.holds.push({ ...HOLD, block: { ms: 2_000, state: 'doubtful', asserted: true } })),
  ],
  [
    'S4',
    'a lost hold lives',
    but(expired, (s) => {
      s.holds.push({ ...HOLD, lostMs: 2_500 });
      s.row('a').state = 'ACTIVE';
    }),
  ],
  [
    'S11',
    'a renewal of a hold is gone',
    but(expired, (s) => s.holds.push({ ...HOLD, renewals: 2, lostMs: 2_500 })),
  ],
  [
    'S3',
    'a lease ended for one client and goes on for another',
    but(outage, (s) => {
      s.renew('a', 5_000, { answer: refused('LEASE_ENDED'), happens: false });
      s.get('a', 5_100);
      s.mislead({ state: 'ACTIVE' });
    }),
  ],
];

const HOLD = { leaseId: 'a', ttlMs: 1_000, expireMs: 2_005, renewals: 0 };

/** S6, S9, S16: a total that is off by one, each. */
export const illegalTotals: readonly (readonly [
  promise: string,
  path: readonly [keyof History['rest']['stats'], string],
])[] = [
  ...(['created', 'active', 'released', 'expired', 'renewals'] as const).map(
    (name) => ['S16', ['leases', name]] as const,
  ),
  ...(['ended', 'collected', 'abandoned', 'open', 'revived', 'kept', 'forgotten'] as const).map(
    (name) => ['S6', ['cleanups', name]] as const,
  ),
  ...(['claimed', 'done', 'retried', 'failed', 'unstarted', 'lost'] as const).map(
    (name) => ['S9', ['attempts', name]] as const,
  ),
];
