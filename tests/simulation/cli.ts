import { parseArgs } from 'node:util';
import { covered } from './pairs/pairs.js';
import { planOf } from './plan/plan.js';
import { report } from './report.js';
import { rounds } from './rounds.js';
import { run } from './run/run.js';
import { summary } from './summary.js';

/** So many worlds meet every state, event, outcome and fault. */
const ENOUGH_SEEDS = 300;

const USAGE = `Usage: npm run simulate -- [--seeds 300] [--ops 2000] [--first-seed 1] [--replays 10] [--seed N]
--seed N runs that one seed and prints its trace.
Ends with 1 if a promise is broken, or if ${ENOUGH_SEEDS} worlds or more did not meet all there is.`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    ops: { type: 'string', default: '2000' },
    'first-seed': { type: 'string', default: '1' },
    replays: { type: 'string', default: '10' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else if (values.seed !== undefined) await one(numberOf('seed'), numberOf('ops'));
else await many();

async function one(seed: number, operations: number): Promise<void> {
  const { trace, hash, violation } = await run(planOf(seed, operations), { keepTrace: true });
  console.log(trace.join('\n'));
  console.log(
    violation === undefined ? `kept, trace ${hash}` : `${violation.id} is broken: ${violation.message}`,
  );
  process.exitCode = violation === undefined ? 0 : 1;
}

async function many(): Promise<void> {
  const seeds = numberOf('seeds');
  const replays = Math.min(seeds, numberOf('replays', 0));
  const all = seeds + replays;
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  const result = await rounds({
    firstSeed: numberOf('first-seed'),
    seeds,
    operations: numberOf('ops'),
    replays,
    progress: (done, { operations }) => {
      if (process.stderr.isTTY || done % 25 === 0 || done === all)
        draw(done, all, (1_000 * operations) / elapsedMs());
    },
  });
  console.log(summary(result, elapsedMs()));
  if (seeds >= ENOUGH_SEEDS && covered(result.coverage).missing.length > 0) process.exitCode = 1;
  if (result.failure === undefined) return;
  process.stderr.write('shrinking ...\n');
  console.log(await report(result.failure.plan, result.failure.violation));
  process.exitCode = 1;
}

function draw(done: number, all: number, rate: number): void {
  const width = 30;
  const filled = Math.round((width * done) / all);
  const bar = '#'.repeat(filled) + '.'.repeat(width - filled);
  const end = process.stderr.isTTY && done < all ? '\r' : '\n';
  process.stderr.write(`[${bar}] ${done}/${all} worlds, ${Math.round(rate)} operations/s${end}`);
}

function numberOf(option: 'seed' | 'seeds' | 'ops' | 'first-seed' | 'replays', least = 1): number {
  const text = values[option] ?? '';
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  process.stderr.write(`--${option} must be a whole number from ${least} up, not '${text.slice(0, 64)}'\n`);
  process.exit(2);
}
