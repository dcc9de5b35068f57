// Runs every gate, also after one has failed, as many at a time as there are cores; arguments choose gates by name:
// `npm run check -- lint types`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { gates } from './gates.mjs';
import { reports, tally } from './report.mjs';
import { run } from './run.mjs';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !gates.some((gate) => gate.name === name));
if (unknown.length > 0) {
  console.error(`No such gate: ${unknown.join(', ')}. Gates: ${gates.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const chosen = gates.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
/** @type {{ name: string, ok: boolean, seconds: number }[]} */
const results = [];
const queue = chosen.values();
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (const { name, command } of queue) {
      const [tool = '', ...args] = command;
      const { ok, seconds, output } = await run(tool, args);
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
      if (!ok) console.log(output.replace(/^/gm, '       '));
      results.push({ name, ok, seconds });
    }
  }),
);

mkdirSync(reports, { recursive: true });
writeFileSync(join(reports, 'check.json'), JSON.stringify({ gates: results }, null, 2));
const { passed, failed } = tally(['check.json']);
console.log(`\ncheck: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
