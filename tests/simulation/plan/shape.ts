import { Chance } from '../engine/chance.js';
import type { LinkKind, Weather } from '../engine/network.js';

/**
 * What kind of trouble a world has. `calm`: none, so that callbacks are cleanups, exactly (S9). `kills`: replicas die and
 * nothing else happens, so that duplicates are bounded (S9). `outages`: whole-service outages of our own, so that no live
 * hold may be lost (S14). `storm`: everything.
 */
export type Climate = 'calm' | 'kills' | 'outages' | 'storm';

/** The size and the settings of one world. */
export interface Shape {
  readonly climate: Climate;
  readonly replicas: number;
  readonly clients: number;
  readonly services: number;
  readonly objects: number;
  readonly endpoints: number;
  /** TTLs that are asked for. */
  readonly ttlsMs: readonly number[];
  readonly graceMs: number;
  readonly sweepIntervalMs: number;
  readonly maxConcurrent: number;
  readonly perEndpoint: number;
  /** Active leases per service. */
  readonly quota: number;
  /** From one operation to the next, on average. */
  readonly meanGapMs: number;
  readonly weather: Readonly<Record<LinkKind, Weather>>;
}

const CLIMATES: Readonly<Record<Climate, number>> = { calm: 10, kills: 15, outages: 20, storm: 55 };

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
  return {
    climate,
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
    maxConcurrent,
    perEndpoint: Math.min(maxConcurrent, chance.item([1, 4, 16])),
    quota: chance.item([8, 40, 10_000]),
    meanGapMs: chance.item([10, 20, 60]),
    weather: climate === 'storm' ? storm(chance) : calm,
  };
}

function storm(chance: Chance): Shape['weather'] {
  const weather = (lateMs: number): Weather => ({
    minDelayMs: 0.2,
    maxDelayMs: chance.item([5, 30, 200]),
    late: chance.item([0, 0.01, 0.05]),
    lateMs,
    requestLost: chance.item([0, 0.005, 0.03]),
    replyLost: chance.item([0, 0.005, 0.03]),
    duplicated: chance.item([0, 0.01, 0.05]),
  });
  return { client: weather(8_000), store: weather(8_000), callback: weather(3_000) };
}
