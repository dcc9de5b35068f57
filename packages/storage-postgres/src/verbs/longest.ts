/**
 * Longer durations are cut to this, some 3,000 years: they mean for ever. A timestamp of PostgreSQL begins in 4713 BC, and
 * now less `Number.MAX_SAFE_INTEGER` ms lies before that: 22008, at each call.
 */
export const LONGEST_MS = 1e14;
