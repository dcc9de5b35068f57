import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import {
  CreateLeaseRequest,
  decodeStatusDetails,
  Disposition,
  type Duration,
  LeaseServiceClient,
  Stats,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import { pino } from 'pino';
import { readConfig } from '../src/config/read-config.js';
import type { Config } from '../src/config/settings.js';
import { type LeaseServer, startLeaseServer } from '../src/lease-server.js';

const SERVICE = 'service-a';

/** Ports that are free, a TTL that tests can wait for, and whatever else is given. */
function configOf(settings: Partial<Config> = {}): Config {
  const flags = { grpcListen: '127.0.0.1:0', httpListen: '127.0.0.1:0', storage: 'memory', minTtlMs: '10ms' };
  const result = readConfig({ ...flags, graceMs: '0ms' }, {});
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return { ...result.config, ...settings };
}

export interface Running extends AsyncDisposable {
  readonly server: LeaseServer;
  /** These reject with the reason that the server gave. */
  create(request: CreateLeaseRequest): Promise<string>;
  release(leaseId: string): Promise<void>;
  stats(): Promise<Stats>;
  /** Closes the client's connection. */
  disconnect(): void;
}

/** A server in this process; it is stopped at the end of the block unless the test did. */
export async function running(
  settings: Partial<Config> = {},
  log = pino({ enabled: false }),
): Promise<Running> {
  const server = await startLeaseServer(configOf(settings), log);
  const client = new LeaseServiceClient(server.grpc, credentials.createInsecure());
  return {
    server,
    create: (request) =>
      new Promise((resolve, reject) => {
        client.createLease(request, (error, response) => {
          if (error === null) resolve(response.lease?.leaseId ?? '');
          else reject(new Error(reasonOf(error)));
        });
      }),
    release: (leaseId) =>
      new Promise((resolve, reject) => {
        client.releaseLease({ leaseId, serviceId: SERVICE, disposition: Disposition.COLLECT }, (error) => {
          if (error === null) resolve();
          else reject(new Error(reasonOf(error)));
        });
      }),
    stats: () =>
      new Promise((resolve, reject) => {
        client.getStats({}, (error, response) => {
          if (error === null) resolve(response.stats ?? Stats.create());
          else reject(new Error(reasonOf(error)));
        });
      }),
    disconnect: () => {
      client.close();
    },
    [Symbol.asyncDispose]: () => {
      client.close();
      server.hurry();
      return server.stop().then(() => undefined);
    },
  };
}

/** A directory of its own for one test. */
export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'lease-server-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true });
    },
  };
}

export interface Endpoint extends AsyncDisposable {
  readonly url: string;
  /** The bodies of the calls so far. */
  readonly calls: readonly Readonly<Record<string, unknown>>[];
  /** Resolves when there are so many calls. */
  called(times: number): Promise<void>;
}

/** A cleanup endpoint over HTTP. */
export async function endpoint(
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => response.end(),
): Promise<Endpoint> {
  const calls: Record<string, unknown>[] = [];
  let waiting: { times: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      calls.push(JSON.parse(body) as Record<string, unknown>);
      for (const { times, resolve } of waiting) if (calls.length >= times) resolve();
      waiting = waiting.filter(({ times }) => calls.length < times);
      answer(response, request);
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    called: (times) =>
      new Promise((resolve) => {
        if (calls.length >= times) resolve();
        else waiting.push({ times, resolve });
      }),
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

/** A create for object `id` of service-a; `url`: of its cleanup. */
export function create(id: string, ttl: Duration, url?: string): CreateLeaseRequest {
  return CreateLeaseRequest.fromPartial({
    object: { type: 'blob', id },
    serviceId: SERVICE,
    ttl,
    ...(url !== undefined && { cleanup: { target: { $case: 'http', value: { url } } } }),
  });
}

export function milliseconds(ms: number): Duration {
  return { seconds: BigInt(Math.trunc(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 };
}

function reasonOf(error: ServiceError): string {
  const [bytes] = error.metadata.get(STATUS_DETAILS_KEY);
  return (Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes)?.reason : undefined) ?? error.message;
}
