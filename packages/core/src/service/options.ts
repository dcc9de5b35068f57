import type { Observer } from '../events/events.js';
import type { Random } from '../random/random.js';
import { systemRandom } from '../random/system-random.js';
import type { LeaseStore } from '../store/lease-store.js';
import { handlersOnly, type TargetPolicy } from './target-policy.js';

export interface LeaseServiceOptions {
  readonly store: LeaseStore;
  /** Draws the ids of leases whose creators chose none. Default: the platform's. */
  readonly random?: Random;
  /** Told of every lease created, renewed or released and of every refusal. Default: nobody. */
  readonly observer?: Observer;
  /** Which cleanup targets a create may name. Default: only handlers of this process. */
  readonly admitTarget?: TargetPolicy;
  /** The shortest TTL that may be asked for. Default 1 s: renewals at a third of it are what a client can keep up. */
  readonly minTtlMs?: number;
  /** The longest TTL that may be asked for. Default 24 h: so long an object outlives a holder that crashed. */
  readonly maxTtlMs?: number;
  /** The TTL of a lease whose creator asked for none. Default 5 min. */
  readonly defaultTtlMs?: number;
  /** Active leases that one service may have (S10). Default 10,000. */
  readonly maxLeasesPerService?: number;
}

/** The options that decide about requests, each with its value. */
export interface Rules {
  readonly random: Random;
  readonly admitTarget: TargetPolicy;
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  readonly defaultTtlMs: number;
  readonly maxLeasesPerService: number;
}

/** Ten years: expire times stay far below 2^53 ms and within the range of every store's timestamps. */
const LONGEST_TTL_MS = 3_650 * 86_400_000;
/** Fits a 32-bit counter of every store. */
const LARGEST_QUOTA = 1_000_000_000;

/** @throws RangeError naming the option that is out of range or contradicts another. */
export function rulesOf(options: LeaseServiceOptions): Rules {
  const {
    random = systemRandom,
    admitTarget = handlersOnly,
    minTtlMs = 1_000,
    maxTtlMs = 86_400_000,
    defaultTtlMs = 300_000,
    maxLeasesPerService = 10_000,
  } = options;
  requireWhole('minTtlMs', minTtlMs, LONGEST_TTL_MS);
  requireWhole('maxTtlMs', maxTtlMs, LONGEST_TTL_MS);
  requireWhole('defaultTtlMs', defaultTtlMs, LONGEST_TTL_MS);
  requireWhole('maxLeasesPerService', maxLeasesPerService, LARGEST_QUOTA);
  if (minTtlMs > maxTtlMs) throw new RangeError(`minTtlMs (${minTtlMs}) is above maxTtlMs (${maxTtlMs})`);
  if (defaultTtlMs < minTtlMs || defaultTtlMs > maxTtlMs) {
    throw new RangeError(
      `defaultTtlMs (${defaultTtlMs}) is outside minTtlMs (${minTtlMs}) to maxTtlMs (${maxTtlMs})`,
    );
  }
  return { random, admitTarget, minTtlMs, maxTtlMs, defaultTtlMs, maxLeasesPerService };
}

function requireWhole(option: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new RangeError(`${option} is ${value}; it must be a whole number from 1 to ${max}`);
  }
}
