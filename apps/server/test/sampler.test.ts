import { ManualClock } from '@lease/core/testing';
import { expect, it } from 'vitest';
import { Sampler } from '../src/logging/sampler.js';

const taken = (results: readonly (object | undefined)[]) => results.filter((result) => result !== undefined);

it('lets ten lines about a subject through, and says later how many it left out', async () => {
  const clock = new ManualClock();
  const sampler = new Sampler(clock);
  const storm = Array.from({ length: 1_000 }, () => sampler.take('fail', 'http://a'));
  expect(taken(storm)).toEqual(Array.from({ length: 10 }, () => ({})));
  expect(sampler.take('fail', 'http://b'), 'each subject has its own').toEqual({});
  expect(sampler.take('retry', 'http://a'), 'each kind has its own').toEqual({});
  await clock.advance(9_999);
  expect(sampler.take('fail', 'http://a')).toBeUndefined();
  await clock.advance(1);
  expect(sampler.take('fail', 'http://a')).toEqual({ suppressed: 991 });
  expect(sampler.take('fail', 'http://a')).toEqual({});
  await clock.advance(10_000);
  expect(sampler.take('fail', 'http://a'), 'nothing was left out').toEqual({});
});

it('can be told to let fewer through', () => {
  const sampler = new Sampler(new ManualClock());
  expect(taken([1, 2, 3].map(() => sampler.take('step-failed', 'sweep', 1)))).toHaveLength(1);
});

it('lets a hundred lines of a kind through, about however many subjects', async () => {
  const clock = new ManualClock();
  const sampler = new Sampler(clock);
  const storm = () => Array.from({ length: 10_000 }, (_, n) => sampler.take('retry', `http://h${n}`, 1));
  expect(taken(storm())).toEqual(Array.from({ length: 100 }, () => ({})));
  expect(sampler.take('step-failed', 'sweep'), 'of another kind').toEqual({});
  await clock.advance(10_000);
  const next = taken(storm());
  expect(next).toHaveLength(100);
  expect(next[0]).toEqual({ suppressedOfOthers: 9_900 });
});

it('does not grow with what clients call their endpoints: the oldest may speak again', async () => {
  const clock = new ManualClock();
  const sampler = new Sampler(clock);
  sampler.take('retry', 'http://old', 1);
  sampler.take('retry', 'http://old', 1);
  for (let n = 0; n < 1_000; n += 1) {
    if (n % 50 === 0) await clock.advance(10_000);
    sampler.take('retry', `http://h${n}`, 1);
  }
  expect(sampler.take('retry', 'http://h999', 1)).toBeUndefined();
  expect(sampler.take('retry', 'http://old', 1), 'that one was left out is forgotten').toEqual({});
});
