import { describe, expect, test } from 'vitest';
import { stores } from '../integration/storage/stores.js';
import { prompt } from './endpoints.js';
import { recover } from './recovery.js';

/** Eight probes are free where eight hang: the hundredth is offered its own after twelve others of 250 ms each. */
const WATCH_MS = 3_500;

/** The embedded ones: among many busy endpoints one serves first who waited longest, the other goes by their names. */
describe.each(stores.slice(0, 2))('on $name', (store) => {
  test.each([
    { storm: 'twenty endpoints keep all slots', busy: 20, backlog: 180, conduct: prompt(100) },
    { storm: 'a hundred keep the store', busy: 100, backlog: 80, conduct: prompt(5) },
    { storm: 'they do, and probes hang', busy: 100, backlog: 80, conduct: prompt(5), hanging: 8 },
  ])(
    'L3: who is back, among a hundred who are not, is served while $storm',
    async (storm) => {
      const context = await store.open();
      try {
        const recovered = await recover(context, { ...storm, dead: 100, recovered: 10 }, WATCH_MS);
        expect(Math.max(...recovered.waitsMs)).toBeLessThanOrEqual(WATCH_MS);
        expect(recovered.leftOver).toBeGreaterThan(0);
      } finally {
        await context.close();
      }
    },
    60_000,
  );
});
