// How a server with a million leases in memory compares with one with a thousand: creates and renewals per second, as
// clients see them, one lease per call, 32 calls under way. 10,000 services, every other lease with a cleanup, quota on.
// The last figure is the service alone, without a server: there the cache misses of a large heap show.

import { credentials } from '@grpc/grpc-js';
import { LeaseService } from '@lease/core';
import {
  type BatchCreateLeasesResponse,
  CreateLeaseRequest,
  LeaseServiceClient,
  RenewLeaseRequest,
} from '@lease/protocol';
import { MemoryStore } from '@lease/storage-memory';
import { startMemoryServer } from './lease-servers.js';
import { median, progress, report, type Row } from './report.js';

const SMALL = 1_000;
const LARGE = 1_000_000;
const SERVICES = 10_000;
const ROUNDS = 9;
const CREATES = 400;
const RENEWALS = 4_000;
const CALLERS = 32;
const BATCH = 1_000;

const leaseId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const serviceId = (number: number) => `service-${String(number % SERVICES)}`;
const url = 'http://127.0.0.1:9/';

function createRequest(number: number): CreateLeaseRequest {
  return CreateLeaseRequest.fromPartial({
    leaseId: leaseId(number),
    object: { type: 'blob', id: `object-${String(number)}` },
    serviceId: serviceId(number),
    ttl: { seconds: 3_600n, nanos: 0 },
    ...(number % 2 === 0 && { cleanup: { target: { $case: 'http', value: { url } } } }),
  });
}

/** Strides over the whole range, so that no two neighbours share a cache line. */
const scattered = (number: number, size: number) => (number * 7_919) % size;

class Sized {
  readonly #client: LeaseServiceClient;
  readonly #size: number;
  #created = 0;
  #renewed = 0;

  constructor(address: string, size: number) {
    this.#client = new LeaseServiceClient(address, credentials.createInsecure());
    this.#size = size;
  }

  async fill(): Promise<void> {
    while (this.#created < this.#size) {
      const requests = Array.from({ length: BATCH }, (_, at) => createRequest(this.#created + at));
      const { results } = await call<BatchCreateLeasesResponse>((done) =>
        this.#client.batchCreateLeases({ requests }, done),
      );
      if (results.some(({ answer }) => answer?.$case !== 'lease')) throw new Error('a create was refused');
      this.#created += BATCH;
      if (this.#created % 100_000 === 0) progress(`filling: ${this.#created.toLocaleString('en')} leases`);
    }
  }

  /** Creates per second. */
  create(): Promise<number> {
    return perSecond(CREATES, () => {
      const request = createRequest(this.#created++);
      return call((done) => this.#client.createLease(request, done));
    });
  }

  /** Renewals per second. */
  renew(): Promise<number> {
    return perSecond(RENEWALS, () => {
      const number = scattered(this.#renewed++, this.#size);
      const request = RenewLeaseRequest.fromPartial({
        leaseId: leaseId(number),
        serviceId: serviceId(number),
      });
      return call((done) => this.#client.renewLease(request, done));
    });
  }

  close(): void {
    this.#client.close();
  }
}

function call<T>(send: (done: (error: Error | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

async function perSecond(calls: number, one: () => Promise<unknown>): Promise<number> {
  let left = calls;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) await one();
    }),
  );
  return (calls * 1_000) / (performance.now() - start);
}

/** How much slower or faster `large` is than `small`, round by round, after one untimed round. */
async function compare(
  name: string,
  floor: number | undefined,
  ...pair: (() => Promise<number>)[]
): Promise<Row> {
  const ratios: number[] = [];
  const [small, large] = pair;
  if (small === undefined || large === undefined) throw new Error('a comparison needs two');
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [base, measured] = [await small(), await large()];
    progress(`${name}: ${base.toFixed(0)}/s at 1,000, ${measured.toFixed(0)}/s at 1,000,000`);
    if (round > 0) ratios.push(measured / base);
  }
  return { name, ratio: median(ratios), ratios, ...(floor !== undefined && { floor }) };
}

/** Renewals per second at a LeaseService in this process. */
async function embedded(size: number): Promise<() => Promise<number>> {
  const leases = new LeaseService({ store: new MemoryStore() });
  for (let first = 0; first < size; first += BATCH) {
    await leases.createBatch(
      Array.from({ length: BATCH }, (_, at) => {
        const number = first + at;
        const object = { type: 'blob', id: `object-${String(number)}` };
        return { leaseId: leaseId(number), object, serviceId: serviceId(number), ttlMs: 3_600_000 };
      }),
    );
  }
  let renewed = 0;
  return () =>
    perSecond(RENEWALS * 5, () => {
      const number = scattered(renewed++, size);
      return leases.renew({ leaseId: leaseId(number), serviceId: serviceId(number) });
    });
}

const rows: Row[] = [];
await using smallServer = await startMemoryServer();
await using largeServer = await startMemoryServer();
const small = new Sized(smallServer.address, SMALL);
const large = new Sized(largeServer.address, LARGE);
await small.fill();
await large.fill();
rows.push(
  await compare(
    'create',
    0.8,
    () => small.create(),
    () => large.create(),
  ),
);
rows.push(
  await compare(
    'renew',
    0.8,
    () => small.renew(),
    () => large.renew(),
  ),
);
small.close();
large.close();
rows.push(await compare('renew, embedded', undefined, await embedded(SMALL), await embedded(LARGE)));
report('memory-scale', rows);
