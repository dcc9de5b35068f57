// Runs the tests; arguments go to vitest: `npm test -- --project core`, `npm test -- tests/e2e`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { reports, tally } from './report.mjs';
import { run } from './run.mjs';

const file = join(reports, 'test.json');
rmSync(file, { force: true });
const { ok, seconds } = await run(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...process.argv.slice(2)],
  { show: true },
);
const { passed, failed, skipped } = tally(['test.json']);
console.log(`\ntest: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(0)} s`);
process.exit(ok && failed === 0 ? 0 : 1);
