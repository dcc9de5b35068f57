import { LIMITS } from './limits.js';
import { openCursor } from './page-token.js';
import type { Violations } from './validate/violations.js';
import { checkWhole } from './validate/whole.js';

const ANY_SIZE = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** How many are answered at most: 0 or unset is the default, too many are cut. */
export function checkLimit(violations: Violations, field: string, limit: unknown = 0): number {
  const given = checkWhole(violations, field, limit, ANY_SIZE);
  return Math.min(given === 0 ? LIMITS.pageSize.default : given, LIMITS.pageSize.max);
}

interface PageRequest {
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** Where a page begins and how long it is. `scope`: what is listed, and by which filter; see `sealCursor`. */
export function checkPage(
  violations: Violations,
  { pageSize, pageToken }: PageRequest,
  scope: string,
): { readonly limit: number; readonly cursor?: string } {
  const limit = checkLimit(violations, 'page_size', pageSize);
  if (pageToken === undefined) return { limit };
  const cursor = openCursor(scope, pageToken);
  if (cursor !== undefined) return { limit, cursor };
  // A wrong filter makes any token wrong: that is one mistake, not two.
  if (!violations.found) {
    violations.add(
      'page_token',
      'is not from a page with this filter, or was changed: list again without it',
    );
  }
  return { limit };
}
