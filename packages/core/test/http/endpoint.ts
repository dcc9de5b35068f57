import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import type { CleanupClaim } from '../../src/index.js';
import { DEFAULT_RETRY_POLICY } from '../../src/index.js';

/** A cleanup endpoint on loopback that counts what reaches it. */
export interface Endpoint {
  readonly url: string;
  /** Requests whose head arrived, in order. */
  readonly requests: http.IncomingMessage[];
  /** Connections that were ever made. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

export async function startEndpoint(
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => void,
  options: http.ServerOptions = {},
): Promise<Endpoint> {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer(options, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  return { ...(await listen(server)), requests };
}

/** An endpoint that speaks bytes. */
export function startRawEndpoint(
  connected: (socket: net.Socket) => void,
): Promise<Omit<Endpoint, 'requests'>> {
  return listen(net.createServer(connected));
}

async function listen(server: net.Server): Promise<Omit<Endpoint, 'requests'>> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on('connection', (socket: net.Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cleanup`,
    connections: () => connections,
    open: () => sockets.size,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The whole body of a request. */
export async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Waits until the assertion holds. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 5_000, interval: 5 });
}

/** Waits until the endpoint has as many connections as that. */
export function openConnections(endpoint: Pick<Endpoint, 'open'>, count: number): Promise<void> {
  return eventually(() => {
    expect(endpoint.open()).toBe(count);
  });
}

export function httpClaim(
  url: string,
  parts: Partial<CleanupClaim> = {},
  notFoundIsDone = false,
): CleanupClaim {
  return {
    cleanupId: '0b8c2f3e-2d51-4c1c-9a3c-0d8a5d2f7c11',
    object: { type: 'blob', id: 'bucket/key' },
    generation: 1_767_225_600_000_001,
    fence: 1_767_225_600_000_007,
    attempt: 3,
    reason: 'EXPIRED',
    dueTime: 1_767_225_600_123,
    lastLeaseId: '11111111-1111-4111-8111-111111111111',
    leaseId: '22222222-2222-4222-8222-222222222222',
    serviceId: 'uploader',
    metadata: new Map(),
    spec: {
      target: { kind: 'http', url, headers: new Map(), notFoundIsDone },
      payload: '',
      retry: DEFAULT_RETRY_POLICY,
    },
    endpoint: new URL(url).origin,
    ...parts,
  };
}
