import { setTimeout as delay } from 'node:timers/promises';
import { Site, type Storage } from '../collection/site.js';
import { eventually } from '../helpers/eventually.js';
import { Probe } from '../helpers/probe.js';
import { memoryOf, openOf } from '../helpers/process-figures.js';
import { type Figures, FIGURES, figures, growths, type Sample, slopesPerMinute } from './growth.js';
import { SteadyLoad } from './steady-load.js';

/** In the second half of a run. In one of ten minutes, a leak of as much in five shows. */
export const MAY_GROW_BY: Figures = {
  heapMb: 3,
  rssMb: 24,
  // Timers of calls come and go with them.
  handles: 15,
  descriptors: 5,
  sockets: 5,
  databaseConnections: 2,
};

/** Above what it was before the load, once the load is over: code that was compiled, and caches that were filled. */
const MAY_KEEP: Figures = {
  heapMb: 15,
  rssMb: 120,
  // The database's too, whose pool is lazy.
  handles: 14,
  descriptors: 12,
  sockets: 3,
  databaseConnections: 10,
};

/** A memory store keeps what has ended, for an hour at least: a lease, its object, its cleanup and its attempts. */
const LIFE_MB = 2 / 1_024;

const SAMPLE_MS = 1_000;
const FLAGS = ['--grace', '200ms', '--max-leases-per-service', '1000000'];

export interface SoakReport {
  readonly storage: Storage;
  readonly minutes: number;
  readonly lives: number;
  readonly scrapes: number;
  readonly samples: number;
  readonly slopesPerMinute: Figures;
  readonly before: Figures;
  readonly after: Figures;
  readonly longestStallMs: number;
  readonly violations: readonly string[];
}

/** A steady load on a real server, during which nothing of what it uses may go on growing, and which leaves nothing behind. */
export async function soak(options: {
  readonly storage: Storage;
  readonly minutes: number;
  readonly progress?: (line: string) => void;
}): Promise<SoakReport> {
  const { storage, minutes, progress } = options;
  using probe = new Probe();
  await using site = await Site.open({ storage, flags: FLAGS, nodeOptions: probe.nodeOptions });
  const [replica] = site.replicas;
  if (!replica) throw new Error('a site has a replica');
  const look = () => lookAt(replica.pid, probe, site.home.storage === 'postgres' ? site.home.url : undefined);
  await probe.nextLine();
  const before = look();
  const loadedLines = probe.lines().length;

  const load = await SteadyLoad.start(replica);
  const startMs = performance.now();
  const samples: (Sample & { readonly lives: number })[] = [];
  const secondsGone = () => (performance.now() - startMs) / 1_000;
  while (secondsGone() < minutes * 60 && replica.running) {
    await delay(SAMPLE_MS);
    const sample = { atS: secondsGone(), ...look(), lives: load.lives };
    samples.push(sample);
    if (samples.length % 30 === 0) progress?.(`${storage}: ${inWords(sample)}, ${load.lives} lives`);
  }
  await load.stop();

  const livesMb = (lives: number) => (storage === 'memory' ? lives * LIFE_MB : 0);
  const grown = load.lives - (samples[Math.floor(samples.length / 2)]?.lives ?? 0);
  const violations = [...load.failures, ...growths(samples, withLives(MAY_GROW_BY, livesMb(grown)))];
  const mayKeep = withLives(MAY_KEEP, livesMb(load.lives));
  const after = await eventually(
    async () => {
      const { cleanups } = await site.stats();
      if (cleanups.open > 0) throw new Error(`${cleanups.open} cleanups are open`);
      const now = look();
      const kept = FIGURES.filter((figure) => now[figure] > before[figure] + mayKeep[figure]);
      if (kept.length > 0)
        throw new Error(
          `after the load: ${kept.map((figure) => `${figure} ${before[figure]} -> ${now[figure]}`).join(', ')}`,
        );
      return now;
    },
    { deadlineMs: 90_000, everyMs: 1_000 },
  ).catch((error: unknown) => {
    violations.push(String(error));
    return look();
  });
  await load.closeEndpoints();
  violations.push(...(await site.close()));
  return {
    ...{ storage, minutes, lives: load.lives, scrapes: load.scrapes, samples: samples.length },
    slopesPerMinute: rounded(slopesPerMinute(samples)),
    ...{ before: rounded(before), after: rounded(after) },
    longestStallMs: Math.round(
      Math.max(
        0,
        ...probe
          .lines()
          .slice(loadedLines)
          .map(({ stallMs }) => stallMs),
      ),
    ),
    violations: violations.map((line) => `${storage}: ${line}`),
  };
}

function lookAt(pid: number, probe: Probe, databaseUrl: string | undefined): Figures {
  const line = probe.lines().at(-1);
  if (!line) throw new Error('the server does not say how it is');
  const { descriptors, peers } = openOf(pid);
  const databaseConnections =
    databaseUrl === undefined ? 0 : (peers.get(Number(new URL(databaseUrl).port)) ?? 0);
  const sockets = [...peers.values()].reduce((sum, count) => sum + count, 0) - databaseConnections;
  const { heapMb, handles } = line;
  return { heapMb, rssMb: memoryOf(pid).rssMb, handles, descriptors, sockets, databaseConnections };
}

function withLives(bounds: Figures, livesMb: number): Figures {
  return { ...bounds, heapMb: bounds.heapMb + livesMb, rssMb: bounds.rssMb + 2 * livesMb };
}

const rounded = (of: Figures) => figures((figure) => Number(of[figure].toFixed(2)));

const inWords = (sample: Figures) =>
  FIGURES.map((figure) => `${figure} ${sample[figure].toFixed(0)}`).join(', ');
