import { PostgresStore } from '@lease/storage-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raceLaws } from '../../../races/directed/race-laws.js';
import { Arena } from './arena.js';

describe('whoever meets whom on PostgreSQL', () => {
  let arena: Arena;

  beforeAll(async () => {
    arena = await Arena.open(PostgresStore);
  });

  afterAll(() => arena.close());

  test.each(raceLaws.map((law) => [law.name, law] as const))('%s', (_, law) => arena.run(law));

  test('every law has a name of its own', () => {
    expect(new Set(raceLaws.map(({ name }) => name)).size).toBe(raceLaws.length);
  });
});
