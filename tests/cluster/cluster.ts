import { randomUUID } from 'node:crypto';
import { LeaseClient, type Stats } from '@lease/client';
import { seededRandom } from '@lease/core/testing';
import { eventually } from '../helpers/eventually.js';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { recountPostgres } from '../helpers/recount/recount-postgres.js';
import { Endpoint } from './endpoint.js';
import { type Evidence, judge } from './judge.js';
import { Ledger } from './ledger.js';
import { Load, type LoadOptions } from './load.js';
import { Replica } from './replica.js';
import { type ClaimRow, Tables } from './tables.js';

export interface ClusterOptions {
  /** Of the load, and of how long the endpoint takes. */
  readonly seed: number;
  /** Default: a durable one of its own. It is the caller's to end. */
  readonly postgres?: RunningPostgres;
  /** Where the replicas reach the database, if not at the database itself. */
  readonly url?: string;
  /** Default 3. */
  readonly replicas?: number;
  /** Added to those of every replica. */
  readonly flags?: readonly string[];
}

/** The shortest that a claim may last: so long a cleanup waits whose replica died. */
export const CLAIM_MS = 33_000;

/** From the end of a claim to the next attempt, at most (L2). */
export const TAKEOVER_MS = 1_000;

const GRACE_MS = 200;

/** An attempt takes this long at most, half of it on average: at a kill, some are always under way. */
const MAX_WORK_MS = 200;

/** Replicas over one database, an endpoint for their cleanups, and holders of leases: all real, and all on loopback. */
export class Cluster implements AsyncDisposable {
  readonly postgres: RunningPostgres;
  readonly schema: string;
  readonly replicas: readonly Replica[];
  readonly endpoint: Endpoint;
  readonly tables: Tables;
  readonly ledger = new Ledger();
  readonly #seed: number;
  readonly #ownsPostgres: boolean;
  readonly #claimants = new Set<string>();
  #probes = 0;

  private constructor(
    { seed, postgres: given, url, replicas = 3, flags = [] }: ClusterOptions,
    postgres: RunningPostgres,
    endpoint: Endpoint,
  ) {
    this.#seed = seed;
    this.#ownsPostgres = given === undefined;
    this.postgres = postgres;
    this.endpoint = endpoint;
    this.schema = `cluster_${randomUUID().slice(0, 8)}`;
    this.tables = new Tables(postgres.url, this.schema);
    this.replicas = Array.from({ length: replicas }, (_, index) => {
      const fixed = ['--grace', `${GRACE_MS}ms`, '--claim-ttl', `${CLAIM_MS}ms`];
      return new Replica({
        name: `replica-${this.schema}-${index + 1}`,
        home: { storage: 'postgres', url: url ?? postgres.url, schema: this.schema },
        flags: [...fixed, ...flags],
      });
    });
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const postgres = options.postgres ?? (await RunningPostgres.start({ durable: true }));
    const random = seededRandom(options.seed);
    const endpoint = await Endpoint.start(() => random.next() * MAX_WORK_MS);
    const cluster = new Cluster(options, postgres, endpoint);
    try {
      for (const replica of cluster.replicas) await cluster.start(replica);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get addresses(): readonly string[] {
    return this.replicas.map(({ grpc }) => grpc);
  }

  /** Callbacks so far beyond the first of a cleanup. */
  get duplicates(): number {
    const { calls } = this.endpoint;
    return calls.length - new Set(calls.map(({ cleanupId }) => cleanupId)).size;
  }

  /** Starts a replica, and finds out what it claims as: whoever claims then that never claimed before. */
  async start(replica: Replica): Promise<void> {
    await replica.start();
    replica.claimant = await eventually(
      async () => {
        // Whoever serves the release looks for work at once.
        await this.probe(replica);
        const stranger = (await this.tables.claimants()).find((claimant) => !this.#claimants.has(claimant));
        if (stranger === undefined) throw new Error(`${replica.name} has not claimed anything`);
        return stranger;
      },
      { deadlineMs: 15_000, everyMs: 50 },
    );
    this.#claimants.add(replica.claimant);
  }

  /** Lets an object fall due at one replica. Resolves with the object's key once the release is acknowledged. */
  async probe(replica: Replica, type = 'probe'): Promise<string> {
    const client = new LeaseClient({ address: replica.grpc, serviceId: 'probe' });
    try {
      const object = { type, id: `${(this.#probes += 1)}` };
      const cleanup = { http: { url: this.endpoint.url }, retry: { attemptTimeoutMs: 30_000 } };
      const { lease } = await client.create({ object, cleanup });
      await client.release(lease);
      return `${object.type}/${object.id}`;
    } finally {
      client.close();
    }
  }

  /** Begins the load. */
  load(options: Pick<LoadOptions, 'workers' | 'timeoutMs'>): Load {
    const { addresses, ledger } = this;
    return new Load({ addresses, ledger, url: this.endpoint.url, seed: this.#seed, ...options });
  }

  /** kill -9. Resolves with what the replica had claimed and not settled, once the database has seen the last of it. */
  async kill(replica: Replica): Promise<readonly ClaimRow[]> {
    await replica.kill();
    // What it had sent may still be committed.
    await eventually(async () => {
      const sessions = await this.tables.sessions(replica.name);
      if (sessions > 0) throw new Error(`${sessions} sessions of ${replica.name} are left`);
    });
    return this.tables.claimsOf(replica.claimant);
  }

  /** Waits until every lease has ended and every cleanup is done: a lost claim first has to run out. */
  async rest(deadlineMs = CLAIM_MS + 60_000): Promise<void> {
    const client = new LeaseClient({ addresses: this.addresses, serviceId: 'probe' });
    try {
      await eventually(
        async () => {
          const { leases, cleanups } = await client.stats();
          if (leases.active + cleanups.open > 0)
            throw new Error(`${leases.active} leases are active, ${cleanups.open} cleanups open`);
        },
        { deadlineMs, everyMs: 200 },
      );
    } finally {
      client.close();
    }
  }

  /** What became of the claims, by the store's totals. */
  async attempts(): Promise<Stats['attempts']> {
    const client = new LeaseClient({ addresses: this.addresses, serviceId: 'probe' });
    try {
      return (await client.stats()).attempts;
    } finally {
      client.close();
    }
  }

  /** Compares all that was seen, the store being at rest. */
  async judge(found: Pick<Evidence, 'unsettled' | 'stale'>): Promise<readonly string[]> {
    const client = new LeaseClient({ addresses: this.addresses, serviceId: 'probe' });
    try {
      const [leases, finished, lost, failed] = await Promise.all([
        this.tables.leases(),
        this.tables.finished(),
        this.tables.lostClaims(),
        this.tables.failedAttempts(),
      ]);
      const stats = await client.stats();
      const { ledger, endpoint } = this;
      const surprises = this.replicas.flatMap((replica) => replica.surprises);
      return [
        ...surprises,
        ...(await recountPostgres(this.postgres.url, this.schema)),
        ...judge({ ...found, ledger, calls: endpoint.calls, leases, finished, lost, failed, stats }),
      ];
    } finally {
      client.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    await this.endpoint[Symbol.asyncDispose]();
    if (this.#ownsPostgres) await this.postgres[Symbol.asyncDispose]();
  }
}
