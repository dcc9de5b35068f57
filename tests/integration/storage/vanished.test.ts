import { expect, it } from 'vitest';
import { outage } from '../../collection/own-outage.js';
import { partition } from '../../collection/partition.js';
import { freshSchema } from '../../helpers/postgres/index.js';

const STORAGES = ['memory', 'sqlite', 'postgres'] as const;

const databaseOf = (storage: string) => (storage === 'postgres' ? { database: freshSchema() } : {});

/** PostgreSQL has as many in the gate. */
const CUT_OFF = { memory: 10_000, sqlite: 10_000, postgres: 2_500 } as const;

it.each(
  STORAGES.flatMap((storage) => [
    [storage, 120_000, 'operator'] as const,
    [storage, 120_000, 'time'] as const,
    [storage, 30_000, 'operator'] as const,
  ]),
)(
  'F12, S6, S14: of clients of %s, TTL %i ms, that are cut off a thousand and a page are lost, until the brake is lifted by %s',
  { timeout: 120_000 },
  async (storage, ttlMs, liftedBy) => {
    const clients = CUT_OFF[storage];
    const report = await partition({ storage, clients, ttlMs, liftedBy, ...databaseOf(storage) });
    expect(report).toMatchObject({ violations: [], clients });
    if (liftedBy === 'time') expect(report.heldForMs).toBeGreaterThanOrEqual(300_000);
  },
);

it.each(STORAGES)(
  'F12, S6, S9, S14: an outage of %s beyond every TTL costs nobody who lives an object, and the dead lose theirs',
  { timeout: 120_000 },
  async (storage) => {
    const report = await outage({ storage, clients: 1_800, ...databaseOf(storage) });
    expect(report).toMatchObject({ violations: [], liveCollected: 0, deadCollected: 600 });
  },
);
