import { expect, it } from 'vitest';
import { siege } from '../../collection/hostile/siege.js';
import { STORAGES } from '../../helpers/index.js';
import { freshSchema } from '../../helpers/postgres/index.js';

it.each(STORAGES)(
  'F9, R15, S6, S16: hostile endpoints cost a server on %s its attempts and nothing else, each in its class',
  { timeout: 120_000 },
  async (storage) => {
    const database = storage === 'postgres' ? { database: freshSchema() } : {};
    const report = await siege({ storage, rounds: 1, perEndpoint: 1, ...database });
    expect(report).toMatchObject({ violations: [], trapContacts: 0 });
    expect(report.attempts).toBeGreaterThan(150);
  },
);
