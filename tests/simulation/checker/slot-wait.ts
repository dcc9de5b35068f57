import type { Shape } from '../plan/shape.js';
import type { CleanupBook } from './cleanup-book.js';

/** One attempt in good weather, with its settle. */
const ONE_ATTEMPT_MS = 80;
/** A claim takes so many at once, at the start of a storm. */
const FIRST_BATCH = 8;

/** How long a cleanup may wait for a slot, at most: as many attempts after one another as its slots are too few for. */
export function slotWaitMs({ totals }: CleanupBook, { perEndpoint }: Pick<Shape, 'perEndpoint'>): number {
  return ONE_ATTEMPT_MS * Math.floor(totals.open / Math.min(perEndpoint, FIRST_BATCH));
}
