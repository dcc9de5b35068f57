// Endpoints that do everything but answer, against a real server on each store: at least 2,000 attempts each (F9).
// `npm run gate -- hostile-endpoints [--rounds 5]`.
import { parseArgs } from 'node:util';
import { siege, type SiegeReport } from '../tests/collection/hostile/siege.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
const MIN_ATTEMPTS = 2_000;

const stores: Omit<SiegeReport, 'violations'>[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite', 'postgres'] as const) {
  const { violations: found, ...report } = await siege({ storage, rounds, perEndpoint: 2, progress });
  stores.push(report);
  violations.push(...found);
  if (report.attempts < MIN_ATTEMPTS)
    violations.push(`${storage}: ${report.attempts} attempts, not ${MIN_ATTEMPTS}`);
}
const report = { stores, violations };
conclude(report);
