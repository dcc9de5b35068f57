import { pgSchema, text, uuid } from 'drizzle-orm/pg-core';

/** The tables by which listings are put together, as far as they are read there; migrations/ has the whole of them. */
export function tablesOf(quotedSchema: string) {
  const schema = pgSchema(quotedSchema.slice(1, -1).replaceAll('""', '"'));
  return {
    lease: schema.table('lease', {
      leaseId: uuid('lease_id').primaryKey(),
      objectKey: text('object_key').notNull(),
      serviceId: text('service_id').notNull(),
      state: text('state', { enum: ['ACTIVE', 'EXPIRED', 'RELEASED'] }).notNull(),
    }),
  };
}

export type LeaseTable = ReturnType<typeof tablesOf>['lease'];
