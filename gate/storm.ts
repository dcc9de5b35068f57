// 100,000 leases that are due in the same second, on each store; PostgreSQL has three replicas (F11). Renewals go on
// meanwhile, at most three times as slow as before (L4). `npm run gate -- storm [--leases 100000]`.
import { parseArgs } from 'node:util';
import { storm, type StormReport } from '../tests/collection/storm.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { leases: { type: 'string', default: '100000' } } });
/** L4: p99 of renewals in the storm, against idle. */
const MAX_RATIO = 3;
const leases = Number(values.leases);

const stores: Omit<StormReport, 'violations'>[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite', 'postgres'] as const) {
  const { violations: found, ...report } = await storm({ storage, leases, idleMs: 10_000, progress });
  stores.push(report);
  violations.push(...found);
  const { ratio } = report.renewals;
  if (ratio > MAX_RATIO)
    violations.push(`L4: p99 of renewals on ${storage}: ${ratio} x idle, not ${MAX_RATIO} x`);
}
const report = { stores, violations };
conclude(report);
