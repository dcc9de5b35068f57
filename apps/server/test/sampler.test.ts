import { ManualClock } from '@lease/core/testing';
import { expect, it } from 'vitest';
import { Sampler } from '../src/logging/sampler.js';

const taken = (results: readonly (object | undefined)[]) => results.filter((result) => result !== undefined);

it('lets ten lines about a subject through, and says later how many it left out', async () => {
  const clock = new ManualClock();
  const sampler = new Sampler(clock);
  const storm = Array.from({ length: 1_000 }, () => sampler.take('http://a'));
  expect(taken(storm)).toEqual(Array.from({ length: 10 }, () => ({})));
  expect(sampler.take('http://b'), 'each subject has its own').toEqual({});
  await clock.advance(9_999);
  expect(sampler.take('http://a')).toBeUndefined();
  await clock.advance(1);
  expect(sampler.take('http://a')).toEqual({ suppressed: 991 });
  expect(sampler.take('http://a')).toEqual({});
  await clock.advance(10_000);
  expect(sampler.take('http://a'), 'nothing was left out').toEqual({});
});

it('can be told to let fewer through', () => {
  const sampler = new Sampler(new ManualClock());
  expect(taken([1, 2, 3].map(() => sampler.take('sweep', 1)))).toHaveLength(1);
});

it('does not grow with what clients call their endpoints: the oldest may speak again', () => {
  const sampler = new Sampler(new ManualClock());
  for (let n = 0; n < 5_000; n += 1) sampler.take(`http://h${n}`, 1);
  expect(sampler.take('http://h4999', 1)).toBeUndefined();
  expect(sampler.take('http://h0', 1)).toEqual({});
});
