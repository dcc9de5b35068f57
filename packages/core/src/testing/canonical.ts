/**
 * A value as text: keys and map entries in order, unset fields left out. Equal values give equal texts, so tests compare
 * and print by it.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(', ')}]`;
  if (value instanceof Map) return `Map${fields([...(value as Map<unknown, unknown>)])}`;
  if (value instanceof Set) return `Set${canonical([...(value as Set<unknown>)].map(canonical).sort())}`;
  if (typeof value === 'object' && value !== null) return fields(Object.entries(value));
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function fields(entries: readonly (readonly [unknown, unknown])[]): string {
  const set = entries.filter(([, item]) => item !== undefined);
  return `{${set
    .map(([key, item]) => `${canonical(key)}: ${canonical(item)}`)
    .sort()
    .join(', ')}}`;
}
