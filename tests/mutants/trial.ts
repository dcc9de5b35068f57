// Tries spoiled sources, of which it is bundled with: on the laws of stores, then in one simulated world after another,
// until a promise is seen broken in one. Runs in a worker.
import { parentPort, workerData } from 'node:worker_threads';
import { runLaw, seededRandom, storeLaws } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { openContext } from '../integration/storage/open-context.js';
import { planOf } from '../simulation/plan/plan.js';
import { run } from '../simulation/run/run.js';

/** What is to be tried. */
export interface Task {
  /** Names of laws; `all` of them. */
  readonly laws: readonly string[] | 'all';
  /** Worlds at most. */
  readonly worlds: number;
  /** In each. */
  readonly operations: number;
}

/** A law that does not hold, and what was seen. `byCrash`: it was no check that failed. */
export interface BrokenLaw {
  readonly law: string;
  readonly message: string;
  readonly byCrash: boolean;
}

/** What was seen in the last world. `id` is unset if that was nothing. */
export interface Sighting {
  readonly seeds: number;
  /** Of its trace. */
  readonly hash?: string;
  readonly id?: string;
  readonly message?: string;
}

export type Finding =
  | { readonly kind: 'laws'; readonly broken: readonly BrokenLaw[] }
  | { readonly kind: 'worlds'; readonly sighting: Sighting };

const { laws, worlds, operations } = workerData as Task;

const tell = (finding: Finding) => parentPort?.postMessage(finding);

tell({ kind: 'laws', broken: await tryLaws() });
tell({ kind: 'worlds', sighting: await tryWorlds() });

async function tryLaws(): Promise<readonly BrokenLaw[]> {
  const broken: BrokenLaw[] = [];
  for (const law of storeLaws) {
    if (laws !== 'all' && !laws.includes(law.name)) continue;
    const open = () => openContext((clock) => new MemoryStore({ clock, random: seededRandom(7) }));
    await runLaw(law, () => Promise.resolve(open())).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      broken.push({ law: law.name, message, byCrash: name !== 'LawBroken' });
    });
  }
  return broken;
}

async function tryWorlds(): Promise<Sighting> {
  let sighting: Sighting = { seeds: 0 };
  for (let seed = 1; seed <= worlds; seed += 1) {
    const { violation, hash } = await run(planOf(seed, operations));
    sighting = { seeds: seed, hash };
    if (violation !== undefined) return { ...sighting, id: violation.id, message: violation.message };
  }
  return sighting;
}
