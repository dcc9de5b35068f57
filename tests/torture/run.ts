import { setTimeout as delay } from 'node:timers/promises';
import { Crowd } from './crowd.js';
import { FAULTS, type FaultKind } from './faults/faults.js';
import { LiveHolds } from './live-holds.js';
import type { AtRest, History } from './history.js';
import { reportOf, type RunReport } from './report.js';
import { CLAIM_MS, GRACE_MS, QUOTA, Site } from './site.js';

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  /** At least so many: the run lasts until then, up to 180 s longer. Default 0. */
  readonly operations?: number;
  /** Played one after the other, as often as there is time. */
  readonly kinds: readonly FaultKind[];
  readonly progress?: (line: string) => void;
}

const MAX_LONGER_MS = 180_000;

/** For a look at the database. */
const SNAPSHOT_MS = 5_000;

/** Between two faults: some calls have to go well in between. */
const MAX_LULL_MS = 2_000;

/** In the end, without a fault: nothing that happens in it has an excuse. */
const CALM_MS = 10_000;

/** One run: load and faults for so long, then rest, then the verdict. */
export async function torture(options: RunOptions): Promise<RunReport> {
  const { seed, seconds, operations = 0, kinds, progress = () => undefined } = options;
  await using site = await Site.start(seed);
  const { recorder, random } = site;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const holds = await LiveHolds.start(site);
  const crowd = new Crowd(site, seed);
  const watch = new AbortController();
  const watching = takeSnapshots(site, watch.signal);
  const played: FaultKind[] = [];
  // Each of them at least once, however long they take.
  for (let turn = 0; turn < kinds.length || performance.now() < endMs - CALM_MS; turn += 1) {
    const kind = kinds[turn % kinds.length];
    if (kind === undefined) break;
    progress(`${kind}, after ${recorder.operationCount} operations`);
    await FAULTS[kind](site);
    played.push(kind);
    await delay(random.next() * MAX_LULL_MS);
  }
  await delay(Math.max(CALM_MS, endMs - performance.now()));
  const patienceMs = performance.now() + MAX_LONGER_MS;
  while (recorder.operationCount < operations && performance.now() < patienceMs) await delay(100);
  await crowd.stop();
  await holds.stop();
  const lastedMs = performance.now() - startMs;
  watch.abort();
  await watching;
  progress(`${recorder.operationCount} operations in ${Math.round(lastedMs)} ms; waiting for rest`);
  await site.rest();

  const history: History = {
    ...{ graceMs: GRACE_MS, claimMs: CLAIM_MS, quota: QUOTA },
    ...recorder.seen,
    rest: await atRest(site),
  };
  return await reportOf(site, history, { seed, lastedMs, played });
}

/** S10: looks at the database again and again, as far as it answers. */
async function takeSnapshots({ tables, recorder }: Site, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A query that the driver sent into a connection that is gone is never answered.
    const inTime = delay(SNAPSHOT_MS, [], { ref: false });
    const snapshot = await Promise.race([tables.activeByService().catch(() => []), inTime]);
    recorder.snapshots.push(...snapshot);
    await delay(250);
  }
}

/** Instants of the tables are cut to milliseconds, as answers are. */
async function atRest(site: Site): Promise<AtRest> {
  const { tables, witness } = site;
  const [leases, finished, unfinished, attempts, replicas] = await Promise.all([
    tables.leases(),
    tables.finished(),
    tables.unfinished(),
    tables.attempts(),
    witness.replicas(),
  ]);
  const stats = await site.ask((client) => client.stats());
  return {
    leases: leases.map(({ endMs, disposition, ...row }) => ({
      ...row,
      ...{ createMs: Math.floor(row.createMs), expireMs: Math.floor(row.expireMs) },
      ...(typeof endMs === 'number' && { endMs: Math.floor(endMs) }),
      ...(disposition && { disposition }),
    })),
    attempts: attempts.map((attempt) => ({ ...attempt, replica: replicas.get(attempt.fence) ?? 'nobody' })),
    ...{ finished, unfinished, stats },
  };
}
