import { randomUUID } from 'node:crypto';
import { CleanupAdminClient, LeaseClient } from '@lease/client';
import type { Random } from '@lease/core';
import { seededRandom } from '@lease/core/testing';
import { Replica } from '../cluster/replica.js';
import { Tables } from '../cluster/tables.js';
import { eventually } from '../helpers/eventually.js';
import { FaultProxy } from '../helpers/fault-proxy.js';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { Endpoint } from './endpoint.js';
import { nowMs, Recorder } from './recorder.js';
import { Witness } from './witness.js';

/** The shortest that a claim may last. */
export const CLAIM_MS = 33_000;

export const GRACE_MS = 200;

/** L5. */
const BACK_MS = 10_000;

export const QUOTA = 120;

/** Of every replica. */
export const FLAGS: readonly string[] = [
  ...['--grace', `${GRACE_MS}ms`, '--claim-ttl', `${CLAIM_MS}ms`],
  ...['--max-leases-per-service', `${QUOTA}`],
];

/** A replica, and the network around it. */
export interface Station {
  readonly replica: Replica;
  /** Between it and the database. */
  readonly toDatabase: FaultProxy;
  /** Between the clients and it. */
  readonly toReplica: FaultProxy;
}

/** Three replicas over one PostgreSQL, an endpoint, and a proxy on every way between them and the clients. */
export class Site implements AsyncDisposable {
  readonly recorder: Recorder;
  readonly random: Random;
  readonly postgres: RunningPostgres;
  readonly schema = `torture_${randomUUID().slice(0, 8)}`;
  readonly tables: Tables;
  readonly witness: Witness;
  readonly endpoint: Endpoint;
  readonly stations: Station[] = [];
  /** What must hold and is not a matter of the history. */
  readonly violations: string[] = [];

  private constructor(random: Random, postgres: RunningPostgres, recorder: Recorder, endpoint: Endpoint) {
    this.random = random;
    this.postgres = postgres;
    this.recorder = recorder;
    this.endpoint = endpoint;
    this.tables = new Tables(postgres.url, this.schema);
    this.witness = new Witness(postgres.url, this.schema);
  }

  static async start(seed: number): Promise<Site> {
    const random = seededRandom(seed);
    const recorder = new Recorder();
    const postgres = await RunningPostgres.start({ durable: true });
    const site = new Site(random, postgres, recorder, await Endpoint.start(recorder, random));
    try {
      for (const number of [1, 2, 3]) await site.#open(number);
      await site.witness.arrive();
      return site;
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As the clients see them. */
  get addresses(): readonly string[] {
    return this.stations.map(({ toReplica }) => `127.0.0.1:${toReplica.port}`);
  }

  get replicas(): readonly Replica[] {
    return this.stations.map(({ replica }) => replica);
  }

  /** A client that no fault of the network stands before. */
  ask<T>(question: (client: LeaseClient) => Promise<T>): Promise<T> {
    const client = new LeaseClient({
      addresses: this.replicas.map(({ grpc }) => grpc),
      serviceId: 'observer',
    });
    return question(client).finally(() => client.close());
  }

  /** L5: waits until every replica answers, and notes which one took too long. */
  async answersAgain(what: string): Promise<void> {
    const startMs = performance.now();
    for (const { name, grpc } of this.replicas) {
      const client = new LeaseClient({ address: grpc, serviceId: 'observer' });
      try {
        await eventually(() => client.stats({ timeoutMs: 1_000 }), { deadlineMs: 30_000 });
      } finally {
        client.close();
      }
      const tookMs = performance.now() - startMs;
      if (tookMs > BACK_MS) this.violations.push(`L5: ${name} answered ${tookMs} ms after ${what}`);
    }
  }

  /** Waits until so many attempts are under way, and keeps them there. The endpoint lets them go when it is told to. */
  async holdAttempts(count: number): Promise<void> {
    await this.#trusted();
    this.endpoint.hold();
    await eventually(
      () => {
        if (this.endpoint.held < count) throw new Error(`${this.endpoint.held} attempts are under way`);
      },
      { deadlineMs: 20_000, everyMs: 5 },
    );
  }

  /** Waits until every lease has ended and every cleanup is done or abandoned. Pauses are lifted: nobody is away any more. */
  async rest(): Promise<void> {
    const admin = new CleanupAdminClient({ addresses: this.replicas.map(({ grpc }) => grpc) });
    try {
      await eventually(
        async () => {
          const { leases, cleanups } = await this.ask((client) => client.stats());
          if (leases.active + cleanups.open === 0) return;
          if (leases.active > 0) {
            this.recorder.resumes.push(nowMs());
            await admin.resume();
          }
          throw new Error(`${leases.active} leases are active, ${cleanups.open} cleanups open`);
        },
        { deadlineMs: CLAIM_MS + 60_000, everyMs: 250 },
      );
    } finally {
      admin.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.kill()));
    for (const { toDatabase, toReplica } of this.stations) {
      await toDatabase[Symbol.asyncDispose]();
      await toReplica[Symbol.asyncDispose]();
    }
    await this.endpoint[Symbol.asyncDispose]();
    await this.postgres[Symbol.asyncDispose]();
  }

  /** Waits until no breaker is open: of an endpoint that was hostile, a replica holds one attempt, its probe. */
  async #trusted(): Promise<void> {
    const trusts = async ({ http, name }: Replica) => {
      const metrics = await (await fetch(`${http}/metrics`)).text();
      if (!/^lease_breakers_open 0$/m.test(metrics))
        throw new Error(`${name} does not trust the endpoint yet`);
    };
    await eventually(() => Promise.all(this.replicas.map(trusts)), { deadlineMs: 75_000, everyMs: 100 });
  }

  async #open(number: number): Promise<void> {
    const toDatabase = await FaultProxy.start(this.postgres.port);
    const url = new URL(this.postgres.url);
    url.port = `${toDatabase.port}`;
    const replica = new Replica({
      name: `replica-${this.schema}-${number}`,
      home: { storage: 'postgres', url: url.href, schema: this.schema },
      flags: FLAGS,
    });
    const toReplica = await FaultProxy.start(() => Number(replica.grpc.split(':')[1]));
    this.stations.push({ replica, toDatabase, toReplica });
    await replica.start();
  }
}
