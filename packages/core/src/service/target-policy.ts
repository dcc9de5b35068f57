import type { CleanupTarget } from '../cleanup/cleanup-spec.js';

/**
 * Why a cleanup may not call this target, as a predicate for people ("is a private address"); `undefined`: it may. A
 * promise if somebody has to be asked, a name server say; the requests of a batch are judged side by side.
 */
export type TargetPolicy = (target: CleanupTarget) => string | undefined | Promise<string | undefined>;

/** Nothing leaves the process unless somebody said what may. */
export const handlersOnly: TargetPolicy = (target) =>
  target.kind === 'handler'
    ? undefined
    : 'is not allowed: this service runs handlers of its own process only';
