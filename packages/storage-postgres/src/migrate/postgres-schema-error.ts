/** The database cannot be used as it is: the text says why and what to do. Trying again does not help. */
export class PostgresSchemaError extends Error {
  override readonly name = 'PostgresSchemaError';
}
