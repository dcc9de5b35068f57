// Three replicas over one PostgreSQL, 24 SDK clients, and every fault that the specification names, drawn by the seed. What was
// seen is written down, and a checker judges it. `npm run gate -- torture [--runs 10] [--seconds 60] [--seed 7]`.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { tortureRuns } from '../tests/torture/runs.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
  },
});
const seed = values.seed === undefined ? randomInt(1, 1_000_000) : Number(values.seed);
const report = await tortureRuns({
  runs: Number(values.runs),
  seconds: Number(values.seconds),
  seed,
  progress,
});
conclude(report, seed);
