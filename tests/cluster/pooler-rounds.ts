import { randomItem, seededRandom } from '@lease/core/testing';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { Cluster } from './cluster.js';
import { pooledLaws } from './pooled-laws.js';
import { Pooler, poolerVersion } from './pooler.js';
import { terminateSessions } from './terminate-sessions.js';

export interface PoolerOptions {
  /** Kills of a replica, each followed by a start. */
  readonly rounds: number;
  /** Sessions between the pooler and the server that are terminated. */
  readonly terminations: number;
  readonly seed: number;
  /** Lives lived at once. Default 24. */
  readonly workers?: number;
  readonly progress?: (line: string) => void;
}

export interface PoolerReport {
  readonly pooler: string;
  /** Laws of a durable store that were tried through it. */
  readonly laws: number;
  readonly rounds: number;
  readonly terminations: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly callbacks: number;
  readonly duplicates: number;
  readonly lostClaims: number;
  readonly violations: readonly string[];
}

/** Fewer than one replica has connections, so that every session is lent to all of them in turn. */
const SESSIONS = 12;

/** The laws, and the same load as without a pooler, on sessions that are lent for one transaction each. */
export async function poolerRounds(options: PoolerOptions): Promise<PoolerReport> {
  const { rounds, terminations, seed, workers = 24, progress = () => undefined } = options;
  const version = poolerVersion();
  const random = seededRandom(seed);
  await using postgres = await RunningPostgres.start({ durable: true });
  await using pooler = await Pooler.start({ serverPort: postgres.port, sessions: SESSIONS });
  const { laws, broken } = await pooledLaws({ poolerUrl: pooler.url, serverUrl: postgres.url });
  progress(`${laws - broken.length} of ${laws} laws are kept`);

  await using cluster = await Cluster.start({ seed, postgres, url: pooler.url });
  const { ledger, endpoint } = cluster;
  const load = cluster.load({ workers });
  await load.more(200);
  for (let round = 1; round <= rounds; round += 1) {
    const victim = randomItem(random, cluster.replicas);
    await victim.kill();
    await load.more(50);
    await cluster.start(victim);
    await load.more(50);
    progress(`kill ${round} of ${rounds}`);
  }
  await terminateSessions(cluster, terminations, progress);
  await load.more(50);
  await load.stop();
  await cluster.rest();

  // Claims are lost with a replica, and with a session on which their answer was under way.
  const unsettled = await cluster.tables.lostClaims();
  return {
    pooler: version,
    laws,
    rounds,
    terminations,
    calls: ledger.calls,
    failedCalls: ledger.failures.length,
    callbacks: endpoint.calls.length,
    duplicates: cluster.duplicates,
    lostClaims: unsettled.length,
    violations: [...broken, ...(await cluster.judge({ unsettled }))],
  };
}
