import type { Fault } from '../../history.js';
import { at, released, type Story } from '../story.js';
import { but, type Illegal, type Legal } from './row.js';

/** Where a claim of replica-1, which begins at 3,095, meets it. */
const fault = (kind: string, about: Partial<Fault> = {}): Fault => ({
  ...{ kind, fromMs: 3_110, toMs: 4_000 },
  ...about,
});

/** The claim is lost though the endpoint did its work, and another replica does it again. */
const lost = (...faults: readonly Fault[]) =>
  but(released, (s) => {
    s.faults.push(...faults);
    Object.assign(at(s.attempts, 0), { outcome: 'LOST', settleMs: 36_190 });
    again(s, 36_200);
  });

/** The endpoint did its work, and the replica says that it did not. */
const unheard = (...faults: readonly Fault[]) =>
  but(released, (s) => {
    s.faults.push(...faults);
    at(s.attempts, 0).outcome = 'RETRY';
    again(s, 3_500);
  });

function again(story: Story, atMs: number): void {
  story.endings.length = 0;
  story.call('blob/1', atMs);
  at(story.attempts, -1).replica = 'replica-2';
}

/** The store's clock leaps by 5 s before the claim. */
const lostAfterALeap = (cause: Fault) =>
  but(lost(cause), (s) => {
    s.clockSteps.push({ fromMs: 3_050, toMs: 3_060, offsetMs: 5_000 });
    for (const attempt of s.attempts) attempt.claimMs += 5_000;
    for (const attempt of s.attempts) attempt.settleMs += 5_000;
  });

const LOSING = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F12'];

/** S9: a fault explains only what it can bring about, where it happens, and when. */
export const illegalExcuses: readonly Illegal[] = [
  ...['F9', 'F13', 'F15', 'F19'].map((kind): Illegal => [
    'S9',
    `a claim is lost in ${kind}`,
    lost(fault(kind)),
  ]),
  ...['F1', 'F2', 'F6', 'F7', 'F8'].map((kind): Illegal => [
    'S9',
    `a claim is lost in ${kind} of another replica`,
    lost(fault(kind, { replicas: ['replica-2'] })),
  ]),
  ...[...LOSING, 'F9', 'F13', 'F15', 'F19']
    .filter((kind) => kind !== 'F7')
    .map((kind): Illegal => ['S9', `what succeeded is tried again in ${kind}`, unheard(fault(kind))]),
  [
    'S9',
    'what succeeded is tried again, when other replicas stand still',
    unheard(fault('F7', { replicas: ['replica-2', 'replica-3'] })),
  ],
  [
    'S9',
    'what succeeded fails for good while sessions end',
    but(released, (s) => {
      s.faults.push(fault('F5'));
      at(s.attempts, 0).outcome = 'FAIL';
      at(s.endings, 0).state = 'ABANDONED';
    }),
  ],
  ['S9', 'a claim is lost long before its replica dies', lost(fault('F1', { fromMs: 20_000, toMs: 21_000 }))],
  [
    'S9',
    'a claim is lost long after its replica died, and the clock steps much later',
    but(lost(fault('F1', { fromMs: 500, toMs: 900 })), (s) =>
      s.clockSteps.push({ fromMs: 60_000, toMs: 60_010, offsetMs: 10_000 }),
    ),
  ],
  [
    'S9',
    'a claim is lost long before its replica dies, by a clock that leapt',
    lostAfterALeap(fault('F1', { fromMs: 19_000, toMs: 20_000 })),
  ],
];

export const legalExcuses: readonly Legal[] = [
  ...LOSING.map((kind): Legal => [`a claim is lost in ${kind}`, lost(fault(kind))]),
  [
    'a claim is lost as its replica dies, and another one',
    lost(fault('F1', { replicas: ['replica-2', 'replica-1'] })),
  ],
  ['a claim is lost as its replica dies, by a clock that leapt', lostAfterALeap(fault('F1'))],
  [
    'a replica that stood still did not hear the endpoint',
    unheard(fault('F7', { replicas: ['replica-1', 'replica-3'] })),
  ],
];
