import { expect, it } from 'vitest';
import { storm } from '../../collection/storm.js';
import { STORAGES } from '../../helpers/index.js';
import { freshSchema } from '../../helpers/postgres/index.js';

const LEASES = 5_000;

it.each(STORAGES)(
  'F11, S6, S9, S16: of 5,000 leases on %s that are due in the same second each is collected once, and renewals go on',
  { timeout: 120_000 },
  async (storage) => {
    const database = storage === 'postgres' ? { database: freshSchema() } : {};
    const report = await storm({ storage, leases: LEASES, idleMs: 1_000, ...database });
    // L4 is measured by the gate, on a quiet machine.
    console.log(JSON.stringify(report));
    expect(report).toMatchObject({ violations: [], distinct: LEASES, duplicates: 0 });
    expect(report.renewals.sent).toBeGreaterThan(200);
  },
);
