import { at, expired, released, refused, Story } from '../story.js';
import { leap, outage } from './illegal-outages.js';
import { but, type Legal } from './row.js';

const empty = () => new Story();

/** The first attempt did not count, and a second one came. */
function again(
  story: Story,
  first: { outcome: 'LOST' | 'RETRY'; answer: 'done' | 'failed' },
  atMs: number,
): void {
  at(story.attempts, 0).outcome = first.outcome;
  at(story.callbacks, 0).answer = first.answer;
  story.endings.length = 0;
  story.call('blob/1', atMs);
}

export const legalCollection: readonly Legal[] = [
  [
    'two hold an object, and let go one after the other',
    but(empty, (s) => {
      s.create('a', 1_000);
      s.create('b', 1_100, { client: 'uploads' });
      s.release('a', 2_000);
      s.release('b', 3_000, { client: 'uploads' });
      s.call('blob/1', 3_100);
    }),
  ],
  [
    'a call comes while the release is still unanswered',
    but(released, (s) => {
      at(s.operations, 2).doneMs = 9_000;
    }),
  ],
  [
    'an attempt fails and is repeated',
    but(released, (s) => again(s, { outcome: 'RETRY', answer: 'failed' }, 3_500)),
  ],
  [
    'a replica dies after the endpoint was done',
    but(released, (s) => {
      s.faults.push({ kind: 'F1', fromMs: 3_110, toMs: 4_000 });
      again(s, { outcome: 'LOST', answer: 'done' }, 36_200);
    }),
  ],
  [
    'a replica dies before the endpoint was done',
    but(released, (s) => {
      s.faults.push({ kind: 'F1', fromMs: 3_110, toMs: 4_000 });
      again(s, { outcome: 'LOST', answer: 'failed' }, 36_200);
    }),
  ],
  [
    'a replica dies between the claim and the call',
    but(released, (s) => {
      s.faults.push({ kind: 'F1', fromMs: 3_090, toMs: 4_000 });
      again(s, { outcome: 'LOST', answer: 'failed' }, 36_200);
      s.callbacks.splice(0, 1);
    }),
  ],
  [
    'the answer of an endpoint is lost in a fault',
    but(released, (s) => {
      s.faults.push({ kind: 'F7', fromMs: 3_000, toMs: 4_000 });
      again(s, { outcome: 'RETRY', answer: 'done' }, 3_500);
    }),
  ],
  [
    'a zombie is refused',
    but(released, (s) => {
      s.faults.push({ kind: 'F7', fromMs: 3_110, toMs: 40_000 });
      again(s, { outcome: 'LOST', answer: 'failed' }, 36_200);
      s.stale = 1;
    }),
  ],
  [
    'a claim is given back before its call',
    but(released, (s) => {
      s.attempts.push({ ...at(s.attempts, 0), fence: 50, attempt: 1, outcome: 'UNSTARTED' });
    }),
  ],
  [
    'a call of an earlier claim comes late and is refused by the endpoint',
    but(released, (s) => {
      s.faults.push({ kind: 'F7', fromMs: 3_110, toMs: 50_000 });
      again(s, { outcome: 'LOST', answer: 'failed' }, 36_200);
      const [early] = s.callbacks.splice(0, 1);
      if (early) s.callbacks.push({ ...early, answer: 'stale', arrivedMs: 49_000 });
    }),
  ],
  [
    'a call of an earlier life comes late and is refused by the endpoint',
    but(released, (s) => {
      s.create('b', 40_000, { generation: 9 });
      s.faults.push({ kind: 'F7', fromMs: 3_110, toMs: 50_000 });
      again(s, { outcome: 'LOST', answer: 'failed' }, 36_200);
      const [early] = s.callbacks.splice(0, 1);
      if (early) s.callbacks.push({ ...early, answer: 'stale', arrivedMs: 41_000 });
      s.release('b', 42_000);
      s.call('blob/1', 42_100, { cleanupId: 'c', generation: 9 });
    }),
  ],
  [
    'a cleanup is abandoned',
    but(released, (s) => {
      Object.assign(at(s.attempts, 0), { outcome: 'FAIL' });
      at(s.callbacks, 0).answer = 'failed';
      at(s.endings, 0).state = 'ABANDONED';
    }),
  ],
  [
    'an object is revived before its call',
    but(released, (s) => {
      Object.assign(at(s.endings, 0), { state: 'REVIVED' });
      s.callbacks.length = 0;
      s.attempts.length = 0;
      s.create('b', 3_050, { generation: 9 });
      s.release('b', 4_000);
      s.call('blob/1', 4_100, { cleanupId: 'c', generation: 9 });
    }),
  ],
  [
    'an object lives again after it was collected',
    but(released, (s) => {
      s.create('b', 4_000, { generation: 9 });
      s.release('b', 5_000);
      s.call('blob/1', 5_100, { cleanupId: 'c', generation: 9 });
    }),
  ],
  [
    'a create waits until the object is collected',
    but(released, (s) => {
      s.create('b', 3_050, { generation: 9, doneMs: 3_500 });
      s.row('b').createMs = 3_400;
      s.mislead({ createMs: 3_400 });
      s.release('b', 5_000);
      s.call('blob/1', 5_100, { cleanupId: 'c', generation: 9 });
    }),
  ],
  [
    'a service has as many as its quota',
    but(released, (s) => s.snapshots.push({ service: 'orders', active: 3 })),
  ],
  ['a lease expires after the pause', outage],
  [
    'a lease expires before the outage',
    but(expired, (s) => s.faults.push({ kind: 'F12', fromMs: 2_500, toMs: 9_000, total: true })),
  ],
  [
    'an operator ends the pause',
    but(outage, (s) => {
      s.resumes.push(5_000);
      s.row('a').endMs = 5_100;
    }),
  ],
  [
    'a short gap needs no pause',
    but(outage, (s) => {
      at(s.faults, 0).toMs = 2_400;
      s.row('a').endMs = 2_500;
    }),
  ],
  [
    'one replica is away, and others sweep',
    but(expired, (s) => s.faults.push({ kind: 'F1', fromMs: 1_500, toMs: 9_000 })),
  ],
  [
    'a lease is released in the pause',
    but(outage, (s) => {
      s.operations.length = 0;
      s.rows.clear();
      s.create('a', 1_000);
      s.release('a', 5_000);
    }),
  ],
  [
    'a lease is renewed late in the pause',
    but(outage, (s) => {
      s.rows.clear();
      s.operations.length = 0;
      s.create('a', 1_000, { ttlMs: 1_000 });
      s.renew('a', 5_000, { ttlMs: 1_000 });
      s.expire('a', 8_000);
    }),
  ],
  ['a leap of the clock ends nothing', leap],
  [
    'the clock steps back: a call comes at an instant that was before its lease ended',
    but(expired, (s) => s.clockSteps.push({ fromMs: 2_340, toMs: 2_360, offsetMs: -60_000 })),
  ],
  [
    'a hold is lost when its holder stands still',
    but(expired, (s) =>
      s.holds.push({
        ...{ leaseId: 'a', ttlMs: 1_000, expireMs: 2_005, renewals: 0, lostMs: 4_000 },
        block: { ms: 2_000, state: 'doubtful', asserted: false },
      }),
    ),
  ],
  [
    'a short block leaves a hold as it was',
    but(expired, (s) =>
      s.holds.push({
        ...{ leaseId: 'a', ttlMs: 1_000, expireMs: 2_005, renewals: 0 },
        block: { ms: 500, state: 'held', asserted: true },
      }),
    ),
  ],
  [
    'a hold outlives an outage, and is lost in another fault',
    but(outage, (s) => {
      s.faults.push({ kind: 'F6', fromMs: 9_500, toMs: 11_500 });
      s.holds.push({ leaseId: 'a', ttlMs: 1_000, expireMs: 9_000, renewals: 0, lostMs: 12_000 });
    }),
  ],
  [
    'a replay of what ended long ago, after an outage',
    but(outage, (s) => {
      s.create('a', 9_000);
      s.renew('a', 9_100, { answer: refused('LEASE_ENDED'), happens: false });
    }),
  ],
];
