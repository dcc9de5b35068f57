import { parseArgs } from 'node:util';
import { hunt } from './hunt.js';
import { printed } from './table.js';

const USAGE = `Usage: npm run mutants -- [--only r07]
Plants each bug of tests/mutants in a copy of the sources, and tells what catches it. --only: those whose name begins so.`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
});

if (values.help) console.log(USAGE);
else {
  const { only } = values;
  const startMs = performance.now();
  const verdicts = await hunt({
    ...(only !== undefined && { only }),
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const survivors = verdicts.filter(({ faults }) => faults.length > 0);
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  console.log(`\n${printed(verdicts)}\n`);
  console.log(`${verdicts.length} mutants, ${survivors.length} survived, in ${seconds} s`);
  process.exitCode = survivors.length > 0 || verdicts.length === 0 ? 1 : 0;
}
