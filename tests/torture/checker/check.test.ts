import { describe, expect, it } from 'vitest';
import type { History } from '../history.js';
import { check } from './check.js';
import { judgedClaims } from './excuses.js';
import { judgedLeaps } from './pauses.js';
import { Story, expired, refused, released, UNKNOWN } from './story.js';
import { illegalClocks, leapAndBack, legalClocks } from './table/clocks.js';
import { illegalExcuses, legalExcuses } from './table/excuses.js';
import { illegalAnswers } from './table/illegal-answers.js';
import { illegalCollection } from './table/illegal-collection.js';
import { illegalLeases } from './table/illegal-leases.js';
import { illegalOutages, illegalTotals } from './table/illegal-outages.js';
import { illegalTogether } from './table/illegal-together.js';
import { legalCollection } from './table/legal-collection.js';
import { legalLeases } from './table/legal-leases.js';

const illegal = [
  ...[...illegalLeases, ...illegalAnswers, ...illegalCollection],
  ...[...illegalOutages, ...illegalTogether, ...illegalExcuses, ...illegalClocks],
];
const legal = [...legalLeases, ...legalCollection, ...legalExcuses, ...legalClocks];

/** The ids of the promises that are broken. */
function broken(history: History): readonly string[] {
  return check(history).map((violation) => violation.split(':')[0] ?? '');
}

describe('the checker of histories', () => {
  it('has been tried with enough of them', () => {
    expect(illegal.length).toBeGreaterThanOrEqual(50);
    expect(legal.length).toBeGreaterThanOrEqual(50);
  });

  it.each(illegal)('%s: sees that %s', (promise, _what, tell) => {
    expect(broken(tell().history())).toContain(promise);
  });

  it.each(legal)('accepts that %s', (_what, tell) => {
    expect(check(tell().history())).toEqual([]);
  });

  it.each(illegalTotals)('%s: sees that the total %s is off by one', (promise, [group, name]) => {
    const history = released().history();
    const { stats } = history.rest;
    const figures: Record<string, number> = { ...stats[group] };
    figures[name] = (figures[name] ?? 0) + 1;
    const rest = { ...history.rest, stats: { ...stats, [group]: figures } };
    expect(broken({ ...history, rest })).toContain(promise);
  });

  it('S9: tells how many claims no fault would have excused', () => {
    const story = released();
    story.faults.push({ kind: 'F9', fromMs: 0, toMs: 9_000 });
    story.faults.push({ kind: 'F1', fromMs: 0, toMs: 9_000, replicas: ['replica-2'] });
    expect(judgedClaims(story.history())).toBe(1);
    story.faults.push({ kind: 'F3', fromMs: 0, toMs: 9_000 });
    expect(judgedClaims(story.history())).toBe(0);
  });

  it('S14: tells in the pauses of how many leaps a lease was due', () => {
    expect(judgedLeaps(leapAndBack().history())).toBe(1);
    const [hasty, idle] = [leapAndBack(), leapAndBack()];
    for (const step of hasty.clockSteps.slice(1)) Object.assign(step, { fromMs: 3_490, toMs: 3_510 });
    expect(judgedLeaps(hasty.history())).toBe(0);
    idle.row('a').expireMs = 11_600;
    expect(judgedLeaps(idle.history())).toBe(0);
  });

  it('takes a release without an answer for what the rest of the history needs', () => {
    const tell = (happens: boolean) => {
      const story = new Story();
      story.create('a', 1_000, { ttlMs: 1_000 });
      story.release('a', 1_500, { answer: UNKNOWN, happens });
      if (!happens) story.expire('a', 2_300);
      story.call('blob/1', 2_400);
      return check(story.history());
    };
    expect([tell(true), tell(false)]).toEqual([[], []]);
  });

  it('decides about many operations at once, without an answer each', () => {
    const story = expired();
    for (let i = 0; i < 40; i += 1) {
      story.renew('a', 1_500, { answer: UNKNOWN, happens: false });
      story.get('a', 2_500, { doneMs: 9_000 });
      story.renew('a', 2_500, { answer: refused('LEASE_ENDED'), doneMs: 9_000, happens: false });
    }
    expect(check(story.history())).toEqual([]);
    story.get('a', 3_000, { answer: refused('LEASE_NOT_FOUND'), doneMs: 9_000 });
    expect(broken(story.history())).toContain('S3');
  });
});
