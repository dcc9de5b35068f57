import { storeLaws } from '@lease/core/testing';
import type { Mutant } from './mutant.js';
import { spoil, StalePatch } from './spoil.js';
import { trySources } from './try-sources.js';
import { type Catch, judgeLaws, type Verdict } from './verdict.js';

/** A mutant that survives so many worlds could survive a whole run. */
const MAX_SEEDS = 60;
const OPERATIONS = 800;

const lawNames = new Set(storeLaws.map(({ name }) => name));

/** Tries a mutant on the laws of stores that it names, and in simulated worlds if it is to be seen there. */
export async function tryShared(mutant: Mutant): Promise<Verdict> {
  const unknown = mutant.breaks.filter((law) => !lawNames.has(law));
  if (unknown.length > 0) return inVain(unknown.map((law) => `names a law that does not exist: ${law}`));
  if (mutant.breaks.length + mutant.seenAs.length === 0)
    return inVain(['names nothing that has to catch it']);
  try {
    const { seenAs } = mutant;
    const worlds = seenAs.length > 0 ? MAX_SEEDS : 0;
    const task = { laws: mutant.breaks, worlds, operations: OPERATIONS };
    const { broken, sighting, lawsMs } = await trySources(spoil(mutant.patch), task);
    const laws = judgeLaws(mutant, { layer: 'laws', broken, ms: lawsMs });
    const { seeds, id = 'nothing', message = '' } = sighting;
    const after = `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
    const seen: Catch = { layer: 'simulation', by: `${id}: ${message}`, after };
    if (worlds === 0) return { mutant, ...laws };
    if (seenAs.includes(id)) return { mutant, catches: [seen, ...laws.catches], faults: laws.faults };
    const missed = `was to be seen in a simulated world as ${seenAs.join(' or ')}, but there was ${id} in ${after} ${message}`;
    return { mutant, catches: laws.catches, faults: [missed.trim(), ...laws.faults] };
  } catch (error) {
    return inVain([error instanceof StalePatch ? error.message : `could not be tried: ${String(error)}`]);
  }

  function inVain(faults: readonly string[]): Verdict {
    return { mutant, catches: [], faults };
  }
}
