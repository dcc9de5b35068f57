const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether this can be the id of anything here. PostgreSQL would fail a whole batch over what is no UUID. */
export function isUuid(id: string): boolean {
  return UUID.test(id);
}
