import { systemRuntime } from '@lease/client';
import { systemClock } from '@lease/core';
import type { Chance } from '../engine/chance.js';
import { Process } from '../engine/process.js';
import type { Surroundings } from './surroundings.js';

/** Starts a process of that name on clocks of its own, which its replica or client draws from as well. */
export function startProcess(
  { scheduler, dice, sabotage }: Surroundings,
  name: string,
  role: 'clients' | 'replicas',
): { readonly process: Process; readonly chance: Chance } {
  const chance = dice.throw(name);
  const process = new Process(scheduler, {
    name,
    wallErrorMs: chance.whole(-86_400_000, 86_400_000),
    monotonicOriginMs: chance.next() * 1_000_000,
    sleepsBlind: sabotage.sleepsBlind === role,
    waitsBy: role === 'clients' ? systemRuntime.clock : systemClock,
  });
  return { process, chance };
}
