import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from './workspace.mjs';

/** Where every run leaves its report, one JSON file each. */
export const reports = join(root, 'reports');

/**
 * Counts the tests and gates of some reports. A report that is missing, a test file that did not load and a fault
 * outside of any test each count as one failure.
 * @param {readonly string[]} names file names in `reports/`
 */
export function tally(names) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    const file = join(reports, name);
    const one = existsSync(file) ? count(readJson(file)) : { passed: 0, failed: 1, skipped: 0 };
    total.passed += one.passed;
    total.failed += one.failed;
    total.skipped += one.skipped;
  }
  return total;
}

/** @param {any} report vitest's JSON report, or that of scripts/check.mjs */
function count(report) {
  if ('gates' in report) {
    const failed = report.gates.filter((/** @type {any} */ gate) => !gate.ok).length;
    return { passed: report.gates.length - failed, failed, skipped: 0 };
  }
  const unloaded = report.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: report.success || failed > 0 ? failed : 1,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
