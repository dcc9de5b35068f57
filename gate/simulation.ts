// The cluster in virtual time, under every fault: 12.5 million operations, 200 worlds twice. `npm run gate -- simulation
// [--seeds 5000] [--operations 2500] [--replays 200]`. What a world does follows from its number alone: from 1 up.
import { parseArgs } from 'node:util';
import { covered } from '../tests/simulation/pairs/pairs.js';
import { report } from '../tests/simulation/report.js';
import { rounds } from '../tests/simulation/rounds.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5000' },
    operations: { type: 'string', default: '2500' },
    replays: { type: 'string', default: '200' },
  },
});
const seeds = Number(values.seeds);
const operations = Number(values.operations);
const replays = Number(values.replays);

const startMs = performance.now();
const result = await rounds({
  firstSeed: 1,
  seeds,
  operations,
  replays,
  progress: (done, totals) => {
    const rate = (1_000 * totals.operations) / (performance.now() - startMs);
    if (done % 50 === 0) progress(`${done} of ${seeds + replays} worlds, ${rate.toFixed(0)} operations/s`);
  },
});

const { coverage, events, virtualMs, failure } = result;
const { missing, ...met } = covered(coverage);
if (failure !== undefined) progress(await report(failure.plan, failure.violation));
const figures = {
  seeds: result.seeds,
  operations: result.operations,
  replays: result.replays,
  ...{ events, virtualHours: Math.round(virtualMs / 3_600_000), ...met },
  byFault: inOrder(coverage.faults),
  byPair: inOrder(coverage.pairs),
  violations: [
    ...(failure ? [`seed ${failure.plan.seed}: ${failure.violation.id}, ${failure.violation.message}`] : []),
    ...missing.map((name) => `never met: ${name}`),
  ],
};
conclude(figures);

function inOrder(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
