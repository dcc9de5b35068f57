// Fifty thousand cleanups on each store, without a fault: callbacks are cleanups, exactly (S9), and a recount agrees (S6,
// S16). `npm run gate -- fault-free [--cleanups 50000]`.
import { parseArgs } from 'node:util';
import { faultFree, type FaultFreeReport } from '../tests/collection/fault-free.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { cleanups: { type: 'string', default: '50000' } } });
const cleanups = Number(values.cleanups);

const stores: Omit<FaultFreeReport, 'violations'>[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite', 'postgres'] as const) {
  const { violations: found, ...report } = await faultFree({ storage, cleanups, progress });
  stores.push(report);
  violations.push(...found);
}
const report = { stores, violations };
conclude(report);
