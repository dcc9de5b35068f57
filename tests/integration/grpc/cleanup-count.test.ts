import { expect, it } from 'vitest';
import { faultFree } from '../../collection/fault-free.js';
import { STORAGES } from '../../helpers/index.js';
import { freshSchema } from '../../helpers/postgres/index.js';

const CLEANUPS = 2_000;

it.each(STORAGES)(
  'S6, S9, S16: without a fault, 2,000 cleanups on %s are 2,000 callbacks, and a recount agrees',
  { timeout: 60_000 },
  async (storage) => {
    const database = storage === 'postgres' ? { database: freshSchema() } : {};
    const report = await faultFree({ storage, cleanups: CLEANUPS, ...database });
    expect(report).toMatchObject({ violations: [], callbacks: CLEANUPS, overGrpc: CLEANUPS / 2 });
    expect(report).toMatchObject({ expired: CLEANUPS / 2, released: CLEANUPS / 2 });
  },
);
