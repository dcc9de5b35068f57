import type { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { Cluster } from './cluster.js';
import { Patrons, type PatronsReport } from './patrons.js';

export interface RollingOptions {
  /** In each, every replica is restarted, one after another. */
  readonly rounds: number;
  readonly seed: number;
  /** Lives lived at once. Default 24. */
  readonly workers?: number;
  readonly postgres?: RunningPostgres;
  readonly progress?: (line: string) => void;
}

export interface RollingReport {
  readonly restarts: number;
  /** From each SIGTERM to the end of the process. */
  readonly drainMs: readonly number[];
  readonly longestDrainMs: number;
  /** Calls of the load; none failed, or `violations` says so. */
  readonly calls: number;
  readonly longestCallMs: number;
  readonly patrons: Omit<PatronsReport, 'violations'>;
  readonly callbacks: number;
  /** Claims given back, since their replica was told to stop before it began them; and claims that ran out: none may. */
  readonly unstarted: number;
  readonly lost: number;
  readonly violations: readonly string[];
}

/** L6. */
const DRAIN_MS = 25_000;

/**
 * F15: stops and starts one replica after another under load. Nobody who uses the SDK sees a failed call, no hold falls into
 * doubt, no cleanup is repeated, and none waits for a claim to run out.
 */
export async function rollingRestarts({
  rounds,
  seed,
  workers = 24,
  postgres,
  progress = () => undefined,
}: RollingOptions): Promise<RollingReport> {
  await using cluster = await Cluster.start({ seed, ...(postgres && { postgres }) });
  const { addresses, ledger, endpoint, replicas } = cluster;
  const violations: string[] = [];
  const drainMs: number[] = [];
  const load = cluster.load({ workers });
  const patrons = await Patrons.start({ addresses, endpoint });
  for (let round = 1; round <= rounds; round += 1) {
    for (const replica of replicas) {
      await load.more(30);
      const startMs = performance.now();
      const { code, signal } = await replica.stop();
      const tookMs = Math.round(performance.now() - startMs);
      drainMs.push(tookMs);
      if (code !== 0) violations.push(`L6: ${replica.name} ended with ${signal ?? code ?? 'an error'}`);
      if (tookMs > DRAIN_MS) violations.push(`L6: ${replica.name} took ${tookMs} ms to drain`);
      await cluster.start(replica);
      progress(`restart ${drainMs.length} of ${rounds * replicas.length}: drained in ${tookMs} ms`);
    }
  }
  await load.stop();
  const { violations: complaints, ...told } = await patrons.stop();
  await cluster.rest();
  violations.push(...complaints, ...(await cluster.judge({ unsettled: [] })));
  for (const { verb, code, message } of ledger.failures)
    violations.push(`F15: ${verb} failed with ${code}: ${message}`);
  const { unstarted, lost } = await cluster.attempts();
  return {
    restarts: drainMs.length,
    drainMs,
    longestDrainMs: Math.max(...drainMs),
    calls: ledger.calls,
    longestCallMs: Math.round(ledger.longestMs),
    patrons: told,
    callbacks: endpoint.calls.length,
    unstarted,
    lost,
    violations,
  };
}
