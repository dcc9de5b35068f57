import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type CleanupSpec, LeaseClient } from '@lease/client';
import { CleanupEndpoints } from '../collection/cleanup-endpoints.js';
import { FlakyEndpoint } from './flaky-endpoint.js';

const HOLDS = 20;
const WORKERS = 6;
/** Between two lives of a worker. */
const PAUSE_MS = 100;
const RETRY = { maxAttempts: 10, initialBackoffMs: 100, maxBackoffMs: 300, attemptTimeoutMs: 1_000 };
/** Enough for a renewal on a machine that does much else. */
const HOLD_TTL_MS = 10_000;
const HELD_MS = 12_000;
const TTL_MS = 5_000;

interface Addresses {
  readonly grpc: string;
  /** A URL. */
  readonly http: string;
}

/** Everything that a server is used for, again and again at the same pace. */
export class SteadyLoad {
  lives = 0;
  scrapes = 0;
  readonly failures: string[] = [];
  readonly #grpc: string;
  readonly #http: string;
  readonly #endpoints: CleanupEndpoints;
  readonly #flaky: FlakyEndpoint;
  readonly #client: LeaseClient;
  readonly #loops: Promise<void>[];
  #stopped = false;

  private constructor(addresses: Addresses, endpoints: CleanupEndpoints, flaky: FlakyEndpoint) {
    this.#flaky = flaky;
    this.#grpc = addresses.grpc;
    this.#http = addresses.http;
    this.#endpoints = endpoints;
    this.#client = this.#newClient();
    this.#loops = [
      ...Array.from({ length: HOLDS }, (_, at) => this.#again(500 + at * 100, () => this.#hold())),
      ...Array.from({ length: WORKERS }, () => this.#again(PAUSE_MS, () => this.#live())),
      this.#again(1_000, () => this.#scrape()),
      this.#again(1_000, () => this.#reconnect()),
    ];
  }

  static async start(addresses: Addresses): Promise<SteadyLoad> {
    return new SteadyLoad(addresses, await CleanupEndpoints.start(1, 1), await FlakyEndpoint.start());
  }

  /** No lease is held afterwards, and none of its connections is open. The endpoints still answer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#client.close();
  }

  async closeEndpoints(): Promise<void> {
    await this.#endpoints[Symbol.asyncDispose]();
    await this.#flaky[Symbol.asyncDispose]();
  }

  async #again(pauseMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await act().catch((error: unknown) => this.failures.push(String(error)));
      await delay(pauseMs);
    }
  }

  /** A hold that lives through some renewals. */
  async #hold(): Promise<void> {
    await using hold = await this.#client.hold({
      object: anObject(),
      ttlMs: HOLD_TTL_MS,
      cleanup: this.#cleanup(),
    });
    await delay(HELD_MS);
    hold.assertHeld();
  }

  /** One lease of three expires, one is kept, one is released. */
  async #live(): Promise<void> {
    const turn = (this.lives += 1);
    const leaseId = randomUUID();
    await this.#client.create({ leaseId, object: anObject(), ttlMs: TTL_MS, cleanup: this.#cleanup() });
    await this.#client.renew({ leaseId });
    if (turn % 3 === 0) return;
    await this.#client.release({ leaseId, disposition: turn % 3 === 1 ? 'KEEP' : 'COLLECT' });
  }

  async #scrape(): Promise<void> {
    for (const path of ['/metrics', '/readyz']) {
      const answer = await fetch(this.#http + path, { headers: { connection: 'close' } });
      await answer.text();
      if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
    }
    this.scrapes += 1;
  }

  /** A client that comes, asks and goes, and one that goes without a word. */
  async #reconnect(): Promise<void> {
    const client = this.#newClient();
    await client.stats();
    client.close();
    const [host = '', port] = this.#grpc.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    socket.destroy();
  }

  /** Of two that answer, or of one that fails now and then. */
  #cleanup(): CleanupSpec {
    const [address = ''] = this.#endpoints.addresses;
    const targets = [
      { http: { url: this.#endpoints.urlOf(0) } },
      { grpc: { address } },
      { http: { url: this.#flaky.url } },
    ];
    return { ...(targets[this.lives % 4] ?? { grpc: { address } }), retry: RETRY };
  }

  #newClient(): LeaseClient {
    return new LeaseClient({ address: this.#grpc, serviceId: 'soak' });
  }
}

const anObject = () => ({ type: 'blob', id: randomUUID() });
