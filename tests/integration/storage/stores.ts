import { afterAll } from 'vitest';
import { freshSchema, sqlClient } from '../../helpers/postgres/index.js';
import { ClockedSchema } from './clocked-schema.js';
import { memory, sqlite } from './embedded-stores.js';
import type { StoreUnderTest } from './open-store.js';
import { PostgresContexts } from './postgres-context.js';

/** Stores on the PostgreSQL that all tests share. */
export const postgres = new PostgresContexts(() => {
  const { url, schema } = freshSchema();
  return ClockedSchema.create(url, schema, sqlClient(url, { max: 1, fetch_types: false }));
});
afterAll(() => postgres.close());

export const stores: readonly StoreUnderTest[] = [memory, sqlite, postgres.store];
