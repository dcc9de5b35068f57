// Lives through one world after another, as its parent says, and ends with it.
import { planOf } from '../plan/plan.js';
import { run } from '../run/run.js';
import { sabotageOf } from '../sabotage/catalogue.js';
import type { Job, Outcome } from './job.js';

process.on('disconnect', () => process.exit());
process.on('message', (job: Job) => void live(job));

async function live({ seed, operations, sabotage: name }: Job): Promise<void> {
  const { coverage, violation, hash, events, virtualMs } = await run(planOf(seed, operations), {
    sabotage: name === undefined ? {} : sabotageOf(name),
  });
  const { faults, pairs } = coverage;
  const outcome: Outcome = { coverage: { faults, pairs }, violation, hash, events, virtualMs };
  process.send?.(outcome);
}
