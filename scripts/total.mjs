// The closing line of .ci/run: what all reports of this run add up to.
import { tally } from './report.mjs';

const { passed, failed, skipped } = tally(['test.json', 'check.json']);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(passed > 0 && failed === 0 ? 0 : 1);
