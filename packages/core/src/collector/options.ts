import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import type { Observer } from '../events/events.js';
import type { Random } from '../random/random.js';
import { systemRandom } from '../random/system-random.js';
import { BRAKE, GAP } from '../store/control-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import { MIN_CLAIM_MS } from './attempts.js';
import type { Executors } from './executor.js';

export interface CollectorOptions {
  readonly store: LeaseStore;
  /** They stay their maker's: `stop()` does not close them. */
  readonly executors: Executors;
  /** Default: the process's own time. */
  readonly clock?: Clock;
  /** Jitter and the claimant's name. Default: the platform's. */
  readonly random?: Random;
  /** Told of sweeps, claims, attempts and failures. Default: nobody. */
  readonly observer?: Observer;
  /** Who claims. Must be new at each start of a process, or orphans of the one before look like its own. Default: a UUID. */
  readonly claimant?: string;
  /** A lease ends at its expire time plus this at the earliest. Default 5 s. */
  readonly graceMs?: number;
  /** The longest pause between two sweeps, and between two looks for due cleanups. 1 to 500 ms (S14), default 100 ms. */
  readonly sweepIntervalMs?: number;
  /**
   * Leases visited by one sweep. Default 100: a store in one file holds the event loop meanwhile, and in a storm of
   * expiries 1,000 took the p99 of renewals there from 8 ms to 58 ms, 200 from 9 ms to 14 ms (L4).
   */
  readonly sweepLimit?: number;
  /** S14: the share of lost leases at which the brake holds. Above 0; 1 switches it off. Default 0.25. */
  readonly brakeShare?: number;
  /** Attempts in flight. Default 64. */
  readonly maxConcurrent?: number;
  /** Attempts in flight at one endpoint. At most `maxConcurrent`; default 16, or `maxConcurrent` if that is less. */
  readonly perEndpoint?: number;
  /** How long a claim lasts (L2). At least the longest attempt (30 s) + 3 s; default 40 s. */
  readonly claimMs?: number;
  /** Ended leases are kept so long: S4 and S12 hold meanwhile. At least 1 h, default 24 h. */
  readonly retainEndedMs?: number;
  /** Finished cleanups and their attempts are kept so long. Default 7 d. */
  readonly retainFinishedMs?: number;
}

export type CollectorSettings = Required<Omit<CollectorOptions, 'observer'>> & { readonly tell: Observer };

const HOUR_MS = 3_600_000;

/** @throws RangeError naming the option that is out of range or contradicts another. */
export function settingsOf(options: CollectorOptions): CollectorSettings {
  const random = options.random ?? systemRandom;
  const maxConcurrent = options.maxConcurrent ?? 64;
  const settings: CollectorSettings = {
    store: options.store,
    executors: options.executors,
    clock: options.clock ?? systemClock,
    random,
    tell: options.observer ?? (() => undefined),
    claimant: options.claimant ?? random.uuid(),
    graceMs: options.graceMs ?? 5_000,
    sweepIntervalMs: options.sweepIntervalMs ?? 100,
    sweepLimit: options.sweepLimit ?? 100,
    brakeShare: options.brakeShare ?? BRAKE.defaultShare,
    maxConcurrent,
    perEndpoint: options.perEndpoint ?? Math.min(16, maxConcurrent),
    claimMs: options.claimMs ?? 40_000,
    retainEndedMs: options.retainEndedMs ?? 24 * HOUR_MS,
    retainFinishedMs: options.retainFinishedMs ?? 7 * 24 * HOUR_MS,
  };
  if (settings.claimant === '') throw new RangeError('claimant is empty');
  requireWhole(settings, 'graceMs', 0);
  requireWhole(settings, 'sweepIntervalMs', 1, GAP.heartbeatMs);
  requireWhole(settings, 'sweepLimit', 1);
  requireWhole(settings, 'maxConcurrent', 1);
  requireWhole(settings, 'perEndpoint', 1, maxConcurrent);
  requireWhole(settings, 'claimMs', MIN_CLAIM_MS);
  requireWhole(settings, 'retainEndedMs', HOUR_MS);
  requireWhole(settings, 'retainFinishedMs', 0);
  if (!(settings.brakeShare > 0 && settings.brakeShare <= 1)) {
    throw new RangeError(`brakeShare is ${settings.brakeShare}; it must be above 0 and at most 1`);
  }
  return settings;
}

type WholeOption = Exclude<
  {
    [Name in keyof CollectorSettings]: CollectorSettings[Name] extends number ? Name : never;
  }[keyof CollectorSettings],
  'brakeShare'
>;

function requireWhole(
  settings: CollectorSettings,
  name: WholeOption,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): void {
  const value = settings[name];
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
    throw new RangeError(`${name} is ${value}; it must be a whole number ${range}`);
  }
}
