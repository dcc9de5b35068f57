import { Chance } from '../engine/chance.js';
import type { LinkKind, Weather } from '../engine/network.js';

/**
 * What kind of trouble a world has. `calm`: none, so that callbacks are cleanups, exactly (S9). `kills`: replicas die and
 * nothing else happens, so that duplicates are bounded (S9). `outages`: whole-service outages of our own, so that no live
 * hold may be lost (S14). `deaf`: endpoints misbehave most of the time, and nothing else does, so that breakers go through
 * all their states (L3). `storm`: everything.
 */
export type Climate = 'calm' | 'kills' | 'outages' | 'deaf' | 'storm';

/** Whether leases, holds and outages last for seconds, or for minutes. */
type Pace = 'seconds' | 'minutes';

/** The size and the settings of one world. */
export interface Shape {
  readonly climate: Climate;
  readonly pace: Pace;
  readonly replicas: number;
  readonly clients: number;
  readonly services: number;
  readonly objects: number;
  readonly endpoints: number;
  /** TTLs that are asked for. */
  readonly ttlsMs: readonly number[];
  readonly graceMs: number;
  readonly sweepIntervalMs: number;
  /** Leases on one page of a sweep. */
  readonly sweepLimit: number;
  readonly maxConcurrent: number;
  readonly perEndpoint: number;
  /** Active leases per service. */
  readonly quota: number;
  /** From one operation to the next, on average. */
  readonly meanGapMs: number;
  /** A hold that is kept for a while: at least, and at most. */
  readonly longHoldMs: readonly [number, number];
  /** How many holds are. */
  readonly longHolds: number;
  /** The TTL of a few holds, in worlds where no process dies with one; beyond what timers keep (R12). Unset: of none. */
  readonly longTtlMs: number | undefined;
  /** An outage of our own, at most. */
  readonly maxOutageMs: number;
  readonly weather: Readonly<Record<LinkKind, Weather>>;
}

const CLIMATES: Readonly<Record<Climate, number>> = { calm: 10, kills: 15, outages: 20, deaf: 10, storm: 45 };

/** How many worlds have leases of minutes. They take their time, and so are few. */
const MINUTES: Readonly<Record<Climate, number>> = { calm: 0, kills: 0, outages: 0.4, deaf: 0, storm: 0.08 };

const DAY_MS = 86_400_000;

const CLEAR: Weather = {
  minDelayMs: 0.2,
  maxDelayMs: 5,
  late: 0,
  lateMs: 0,
  requestLost: 0,
  replyLost: 0,
  duplicated: 0,
};

/** Nothing but short delays. */
export const calm: Shape['weather'] = { client: CLEAR, store: CLEAR, callback: CLEAR };

export function shapeOf(seed: number): Shape {
  const chance = Chance.of(seed, 'shape');
  const climate = chance.weighted(CLIMATES);
  const maxConcurrent = chance.item([1, 2, 8, 64]);
  const shape: Shape = {
    climate,
    pace: 'seconds',
    replicas: chance.whole(1, 4),
    clients: chance.whole(2, 6),
    services: chance.whole(1, 3),
    objects: chance.item([3, 20, 60]),
    endpoints: chance.whole(1, 3),
    ttlsMs: chance.item([
      [1_000, 2_000],
      [1_000, 4_000, 10_000],
      [3_000, 6_000],
      [2_000, 60_000],
    ]),
    // S14 tolerates gaps of up to 1 s: without a grace above it, one of 0.9 s may cost a lease of 1 s.
    graceMs: climate === 'outages' ? chance.item([2_000, 5_000]) : chance.item([0, 300, 2_000, 5_000]),
    sweepIntervalMs: chance.item([100, 250, 500, 500]),
    sweepLimit: Chance.of(seed, 'page').item([1, 10, 200]),
    maxConcurrent,
    perEndpoint: Math.min(maxConcurrent, chance.item([1, 4, 16])),
    quota: chance.item([8, 40, 10_000, 10_000]),
    meanGapMs: chance.item([10, 20, 60]),
    longHoldMs: [5_000, 60_000],
    longHolds: 0.05,
    longTtlMs: climate === 'calm' || climate === 'deaf' ? 120 * DAY_MS : undefined,
    maxOutageMs: 60_000,
    weather: climate === 'storm' ? storm(chance) : calm,
  };
  return chance.hits(MINUTES[climate]) ? inMinutes(shape, chance) : shape;
}

/** Leases that outlast the pause of S14 many times over, and outages that outlast the leases. */
function inMinutes(shape: Shape, chance: Chance): Shape {
  return {
    ...shape,
    pace: 'minutes',
    replicas: chance.whole(1, 2),
    ttlsMs: chance.item([
      [60_000, 300_000],
      [120_000, 600_000],
      [40_000, 90_000, 600_000],
    ]),
    // Idle sweeps are most of what happens in such a world.
    sweepIntervalMs: 500,
    meanGapMs: 1_000,
    longHoldMs: [60_000, 1_200_000],
    longHolds: 0.4,
    maxOutageMs: 1_200_000,
  };
}

function storm(chance: Chance): Shape['weather'] {
  const weather = (lateMs: number, worse = 1): Weather => ({
    minDelayMs: 0.2,
    maxDelayMs: chance.item([5, 30, 200]),
    late: worse * chance.item([0, 0.01, 0.05]),
    lateMs,
    requestLost: worse * chance.item([0, 0.005, 0.03]),
    replyLost: worse * chance.item([0, 0.005, 0.03]),
    duplicated: worse * chance.item([0, 0.01, 0.05]),
  });
  // Callbacks are few.
  return { client: weather(8_000), store: weather(8_000), callback: weather(3_000, 3) };
}
