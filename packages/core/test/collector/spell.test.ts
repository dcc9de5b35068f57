import { expect, test } from 'vitest';
import { Spell } from '../../src/collector/spell.js';

test('a spell lasts from the first time to the last', () => {
  const spell = new Spell();
  expect(spell.lengthMs(0)).toBe(0);
  for (const ms of [500, 900, 1_800]) spell.seen(ms);
  expect(spell.lengthMs(1_800)).toBe(1_300);
});

test('breaks of ten seconds are included, and a longer one ends it', () => {
  const spell = new Spell();
  for (const ms of [0, 10_000, 20_000]) spell.seen(ms);
  expect(spell.lengthMs(30_000)).toBe(20_000);
  expect(spell.lengthMs(30_001)).toBe(0);
  spell.seen(30_001);
  expect(spell.lengthMs(30_001)).toBe(0);
});
