// Runs the tests; arguments go to vitest: `npm test -- --project core`, `npm test -- tests/e2e`.
// No secret that they planted may be in anything that was printed meanwhile, by the tests or by the servers that they started.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canaryNames, findCanaries, plantedIn, PRINTED_DIRECTORY } from '../tests/helpers/canaries.mjs';
import { reports, tally } from './report.mjs';
import { run } from './run.mjs';

const file = join(reports, 'test.json');
const printed = join(reports, 'printed');
const args = process.argv.slice(2);
rmSync(file, { force: true });
rmSync(printed, { recursive: true, force: true });
mkdirSync(printed, { recursive: true });
const { ok, seconds } = await run(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
  { keep: join(printed, 'vitest'), env: { [PRINTED_DIRECTORY]: printed } },
);
const { passed, failed, skipped } = tally(['test.json']);
console.log(`\ntest: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(0)} s`);
const quiet = await lookForCanaries();
process.exit(ok && failed === 0 && quiet ? 0 : 1);

/** Says what was found; a run of all tests has to plant every canary. */
async function lookForCanaries() {
  const planted = plantedIn(printed);
  const { found, bytes } = await findCanaries(printed);
  console.log(
    `canaries: ${planted.length} planted, ${found.length} found in ${(bytes / 1e6).toFixed(1)} MB of output`,
  );
  for (const { file: where, name } of found)
    console.log(`canaries: the ${name} is in ${join(printed, where)}`);
  const missing = args.length > 0 ? [] : canaryNames.filter((name) => !planted.includes(name));
  for (const name of missing) console.log(`canaries: nobody planted the ${name}`);
  const quiet = found.length + missing.length === 0;
  if (quiet) rmSync(printed, { recursive: true, force: true });
  return quiet;
}
