// T6: a steady load on a server of each kind, side by side, for ten minutes: heap, memory, handles, sockets and database
// connections do not grow in the second half, and are back where they were once it is over. `npm run gate -- soak
// [--minutes 10]`.
import { parseArgs } from 'node:util';
import { soak } from '../tests/soak/soak.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);

const stores = await Promise.all(
  (['memory', 'sqlite', 'postgres'] as const).map((storage) => soak({ storage, minutes, progress })),
);
const report = {
  violations: stores.flatMap(({ violations }) => violations),
  stores: stores.map((store) => ({ ...store, violations: store.violations.length })),
};
conclude(report);
