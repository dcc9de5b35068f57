import type { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { Cluster } from './cluster.js';

export interface RollingOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Lives lived at once. Default 24. */
  readonly workers?: number;
  readonly postgres?: RunningPostgres;
}

export interface RollingReport {
  readonly restarts: number;
  readonly calls: number;
  readonly callbacks: number;
  readonly violations: readonly string[];
}

/** F15: stops and starts one replica after another under load. No holder sees a failed call, no cleanup is repeated. */
export async function rollingRestarts({
  rounds,
  seed,
  workers = 24,
  postgres,
}: RollingOptions): Promise<RollingReport> {
  await using cluster = await Cluster.start({ seed, ...(postgres && { postgres }) });
  const { ledger, endpoint, replicas } = cluster;
  const violations: string[] = [];
  const load = cluster.load({ workers });
  for (let round = 1; round <= rounds; round += 1) {
    for (const replica of replicas) {
      await load.more(30);
      const { code, signal } = await replica.stop();
      if (code !== 0) violations.push(`L6: ${replica.name} ended with ${signal ?? code ?? 'an error'}`);
      await cluster.start(replica);
    }
  }
  await load.stop();
  await cluster.rest();
  violations.push(...(await cluster.judge({ unsettled: [] })));
  for (const { verb, code, message } of ledger.failures)
    violations.push(`F15: ${verb} failed with ${code}: ${message}`);
  return {
    restarts: rounds * replicas.length,
    calls: ledger.calls,
    callbacks: endpoint.calls.length,
    violations,
  };
}
