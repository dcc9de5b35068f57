// Clients that vanish at once, in virtual time, on each store (F12): 10,000 are cut off, and the brake holds; all replicas are
// down for longer than every TTL. `npm run gate -- partition [--clients 10000]`.
import { parseArgs } from 'node:util';
import { BRAKE } from '@lease/core';
import { outage, type OutageReport } from '../tests/collection/own-outage.js';
import { cutOff, PAGE, partition, type PartitionReport } from '../tests/collection/partition.js';
import { VirtualSite } from '../tests/collection/virtual-site.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({ options: { clients: { type: 'string', default: '10000' } } });
const clients = Number(values.clients);

const partitions: Omit<PartitionReport, 'violations'>[] = [];
const outages: Omit<OutageReport, 'violations'>[] = [];
const violations: string[] = [];
for (const storage of ['memory', 'sqlite', 'postgres'] as const) {
  // The default of the server, and leases that are renewed six times a minute.
  for (const ttlMs of [300_000, 30_000]) {
    for (const liftedBy of ['operator', 'time'] as const) {
      const options = { storage, clients, ttlMs, liftedBy, progress };
      const { violations: found, ...report } = await partition(options);
      partitions.push(report);
      violations.push(...found);
    }
  }
  const { violations: found, ...report } = await outage({ storage, clients, progress });
  outages.push(report);
  violations.push(...found);
}

const lostByTtl: Record<string, number> = {};
for (const ttlMs of [90_000, 60_000, 45_000, 30_000, 20_000, 10_000, 5_000]) {
  await using site = await VirtualSite.open({ storage: 'memory' });
  const { lost, held } = await cutOff(site, clients, ttlMs);
  lostByTtl[`${ttlMs / 1_000} s`] = lost;
  const told = `TTL ${ttlMs / 1_000} s: ${lost} of ${clients} lost, the brake ${held ? 'holds' : 'does not hold'}`;
  progress(told);
  if (!held || lost > BRAKE.minLost + PAGE) violations.push(`F12, S14: ${told}`);
}
const report = { clients, partitions, outages, lostByTtl, violations };
conclude(report);
