import { MAX_BATCH } from '../service/limits.js';
import { checkUuid } from '../service/validate/uuid.js';
import type { Violations } from '../service/validate/violations.js';

/** 1 to 1,000 ids, each a UUID; a repeated one is legal. */
export function checkCleanupIds(violations: Violations, ids: readonly unknown[]): readonly string[] {
  if (ids.length < 1 || ids.length > MAX_BATCH) {
    violations.add('cleanup_ids', `has ${ids.length} elements: 1 to ${MAX_BATCH} are allowed`);
    return [];
  }
  return ids.map((id, i) => checkUuid(violations, `cleanup_ids[${i}]`, id));
}
