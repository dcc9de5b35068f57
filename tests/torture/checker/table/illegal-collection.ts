import { at, expired, released, Story } from '../story.js';
import { but, type Illegal } from './row.js';

/** Two hold it: the first lets go at 2,000, the second at 3,000. */
function shared(): Story {
  const story = new Story();
  story.create('a', 1_000);
  story.create('b', 1_100, { client: 'uploads' });
  story.release('a', 2_000);
  story.release('b', 3_000, { client: 'uploads' });
  story.call('blob/1', 3_100);
  return story;
}

/** S1, S2, S6, S7, S8, S9, S10, S16: what endpoints, tables and totals must not show. */
export const illegalCollection: readonly Illegal[] = [
  ['S2', 'a call comes before the release', but(released, (s) => (at(s.callbacks, 0).arrivedMs = 2_500))],
  [
    'S2',
    'a call comes before the end of the term',
    but(expired, (s) => (at(s.callbacks, 0).arrivedMs = 1_900)),
  ],
  ['S2', 'a call comes within the grace', but(expired, (s) => (at(s.callbacks, 0).arrivedMs = 2_150))],
  [
    'S2',
    'a call comes before the sweep that ended the lease',
    but(expired, (s) => (at(s.callbacks, 0).arrivedMs = 2_290)),
  ],
  [
    'S1',
    'the first of two takes the object along',
    but(shared, (s) => (at(s.callbacks, 0).arrivedMs = 2_100)),
  ],
  [
    'S1',
    'a call of an earlier life comes in a later one',
    but(released, (s) => {
      s.create('b', 4_000, { generation: 9 });
      s.call('blob/1', 4_500, { cleanupId: 'c', outcome: 'RETRY', answer: 'failed' });
      s.release('b', 5_000);
      s.call('blob/1', 5_100, { cleanupId: 'd', generation: 9 });
    }),
  ],
  [
    'S1',
    'a call comes although the renewal of the other holder was answered',
    but(shared, (s) => {
      s.operations.splice(3, 1);
      s.operations.splice(2, 1);
      s.call('blob/1', 2_600, { cleanupId: 'c', outcome: 'RETRY', answer: 'failed' });
    }),
  ],
  ['S6', 'a life is in no class', but(released, (s) => (s.endings.length = 0))],
  [
    'S6',
    'a life is in two classes',
    but(released, (s) => s.endings.push({ ...at(s.endings, 0), cleanupId: 'c' })),
  ],
  [
    'S6',
    "a life that was nobody's has ended",
    but(released, (s) => s.endings.push({ ...at(s.endings, 0), generation: 6 })),
  ],
  [
    'S6',
    'a life has ended and is held',
    but(released, (s) => {
      const row = s.row('a');
      row.state = 'ACTIVE';
      delete row.endMs;
      delete row.disposition;
    }),
  ],
  ['S6', 'a collected object was never called for', but(released, (s) => (s.callbacks.length = 0))],
  [
    'S6',
    'a collected object was called for in vain',
    but(released, (s) => (at(s.callbacks, 0).answer = 'failed')),
  ],
  [
    'S6',
    'a collected object has no attempt that was done',
    but(released, (s) => (at(s.attempts, 0).outcome = 'RETRY')),
  ],
  [
    'S6',
    'a done attempt leaves the cleanup revived',
    but(released, (s) => (at(s.endings, 0).state = 'REVIVED')),
  ],
  ['S6', 'a cleanup is due for ever', but(released, (s) => (at(s.endings, 0).state = 'DUE'))],
  ['S6', 'a cleanup is claimed for ever', but(released, (s) => (at(s.endings, 0).state = 'CLAIMED'))],
  [
    'S7',
    'an attempt comes with another body',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      at(s.callbacks, 0).answer = 'failed';
      s.call('blob/1', 3_500, { body: 'another' });
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S7',
    'an attempt comes with another generation',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      at(s.callbacks, 0).answer = 'failed';
      s.call('blob/1', 3_500);
      at(s.callbacks, 1).generation = 8;
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S7',
    'the number of an attempt does not grow',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      at(s.callbacks, 0).answer = 'failed';
      s.call('blob/1', 3_500, { attempt: 1 });
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S7',
    'a later attempt has a lower fence',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      at(s.callbacks, 0).answer = 'failed';
      s.call('blob/1', 3_500, { fence: 5 });
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S9',
    'a claim is called for twice',
    but(released, (s) => s.callbacks.push({ ...at(s.callbacks, 0), arrivedMs: 3_200 })),
  ],
  [
    'S9',
    'a call has no claim',
    but(released, (s) =>
      s.callbacks.push({ ...at(s.callbacks, 0), fence: 999, attempt: 2, arrivedMs: 3_200 }),
    ),
  ],
  [
    'S9',
    'a call of a claim that was given back',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'UNSTARTED';
      s.call('blob/1', 3_300);
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S9',
    'a claim is lost without a fault',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'LOST';
      s.call('blob/1', 36_200);
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S9',
    'a claim is lost long after the fault',
    but(released, (s) => {
      s.faults.push({ kind: 'F1', fromMs: 500, toMs: 900 });
      at(s.attempts, 0).outcome = 'LOST';
      s.call('blob/1', 36_200);
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S9',
    'what succeeded is tried again without a fault',
    but(released, (s) => {
      at(s.attempts, 0).outcome = 'RETRY';
      s.call('blob/1', 3_500);
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S9',
    'what was done is claimed again',
    but(released, (s) => {
      s.call('blob/1', 3_500, { outcome: 'RETRY', answer: 'failed' });
    }),
  ],
  [
    'S8',
    'what was done is done again',
    but(released, (s) => {
      s.call('blob/1', 3_500);
      s.endings.splice(0, 1);
    }),
  ],
  [
    'S8',
    'a claim counts as done that the endpoint refused',
    but(released, (s) => (at(s.callbacks, 0).answer = 'failed')),
  ],
  ['S8', 'an outcome was refused and no claim was lost', but(released, (s) => (s.stale = 1))],
  [
    'S10',
    'a service has more than its quota',
    but(released, (s) => s.snapshots.push({ service: 'orders', active: 4 })),
  ],
];
