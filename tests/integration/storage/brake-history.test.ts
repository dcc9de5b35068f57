import { BRAKE } from '@lease/core';
import { expect, it } from 'vitest';
import { brakeHistory } from '../../collection/brake-history.js';
import { freshSchema } from '../../helpers/postgres/index.js';

/** In all of them the brake holds, in some only after more than a thousand losses that renewals excused. */
const SEEDS = [4, 8, 12];

it('S14: the brake of PostgreSQL does what that of the other stores does, lease by lease', async () => {
  let braked = 0;
  let excused = 0;
  for (const seed of SEEDS) {
    const ticks = await brakeHistory({ storage: 'memory' }, seed);
    expect(
      await brakeHistory({ storage: 'postgres', database: freshSchema() }, seed),
      `seed ${seed}`,
    ).toEqual(ticks);
    braked += ticks.filter(({ brakeForMs }, at) => brakeForMs > (ticks[at - 1]?.brakeForMs ?? 0)).length;
    // In a minute's ticks, more were lost than the brake lets go, and it did not hold: renewals excused them.
    excused += ticks.filter(({ expired, brakeForMs }, at) => {
      const before = ticks[at - 40];
      return brakeForMs === 0 && before !== undefined && expired - before.expired > BRAKE.minLost;
    }).length;
  }
  expect(braked).toBeGreaterThanOrEqual(SEEDS.length);
  expect(excused).toBeGreaterThan(0);
}, 120_000);
