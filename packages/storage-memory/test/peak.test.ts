import { seededRandom } from '@lease/core/testing';
import { expect, it } from 'vitest';
import { Peak } from '../src/peak.js';

it('is the largest of the counts, all through a long random run', () => {
  const random = seededRandom(3);
  const counts = Array.from({ length: 8 }, () => 0);
  const peak = new Peak();
  expect(peak.largest).toBe(0);
  for (let step = 0; step < 20_000; step += 1) {
    const i = Math.floor(random.next() * counts.length);
    const before = counts[i] ?? 0;
    const after = before > 0 && random.next() < 0.5 ? before - 1 : before + 1;
    counts[i] = after;
    peak.moved(before, after);
    expect(peak.largest).toBe(Math.max(...counts));
  }
  for (const [i, count] of counts.entries()) {
    for (let left = count; left > 0; left -= 1) peak.moved(left, left - 1);
    counts[i] = 0;
    expect(peak.largest).toBe(Math.max(...counts));
  }
});
