import { PostgresStore } from '@lease/storage-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshSchema } from '../../../helpers/postgres/index.js';
import { Arena } from '../../../races/directed/arena.js';
import { raceLaws } from '../../../races/directed/race-laws.js';

describe('whoever meets whom on PostgreSQL', () => {
  let arena: Arena;

  beforeAll(async () => {
    arena = await Arena.open(PostgresStore, freshSchema());
  });

  afterAll(() => arena.close());

  test.each(raceLaws.map((law) => [law.name, law] as const))('%s', (_, law) => arena.run(law));

  test('every law has a name of its own', () => {
    expect(new Set(raceLaws.map(({ name }) => name)).size).toBe(raceLaws.length);
  });
});
