// 100,000 leases that are due in the same second, on each store; PostgreSQL has three replicas (F11). Renewals go on
// meanwhile: how much later they are answered is told, not judged (L4). `npm run gate -- storm [--leases 100000]`.
import { parseArgs } from 'node:util';
import { storm, type StormReport } from '../tests/collection/storm.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { leases: { type: 'string', default: '100000' } } });
const leases = Number(values.leases);

const stores: Omit<StormReport, 'violations'>[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite', 'postgres'] as const) {
  const { violations: found, ...report } = await storm({ storage, leases, idleMs: 10_000, progress });
  stores.push(report);
  violations.push(...found);
}
const report = { stores, violations };
conclude(report);
