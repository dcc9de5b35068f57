import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Client, credentials } from '@grpc/grpc-js';
import { LeaseClient, LeaseError } from '@lease/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { certificates } from '../helpers/certificates.js';
import {
  anObject,
  RawClient,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from '../helpers/index.js';

const { authority: ca, server: own, client, stranger, expired } = certificates;

const files = temporaryDirectory();

function fileOf(name: string, pem: string): string {
  const path = join(files, name);
  writeFileSync(path, pem, { mode: 0o600 });
  return path;
}

const PAIR = ['--tls-cert', fileOf('server.crt', own.cert), '--tls-key', fileOf('server.key', own.key)];
const CLIENT_CA = ['--tls-client-ca', fileOf('authority.crt', ca)];

/** What a client with this certificate gets for a create: a state, or a status code. */
async function created(address: string, tls: object): Promise<string> {
  const leases = new LeaseClient({ address, serviceId: 'sdk', tls, timeoutMs: 1_500 });
  onTestFinished(() => {
    leases.close();
  });
  try {
    return (await leases.create({ object: anObject() })).lease.state;
  } catch (error) {
    expect(error).toBeInstanceOf(LeaseError);
    return (error as LeaseError).code;
  }
}

/** The status and the text of a page over TLS. */
function page(server: RunningServer, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request(`${server.http.replace('http:', 'https:')}${path}`, { ca }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('a server with a certificate and an authority for its clients', () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer({ storage: 'memory', flags: [...PAIR, ...CLIENT_CA] });
  });

  afterAll(async () => {
    await server.stop();
  });

  it('serves clients that show a certificate of that authority', async () => {
    expect(await created(server.grpc, { ca, ...client })).toBe('ACTIVE');
  });

  it.each([
    ['that show none', { ca }],
    ['whose certificate is from somebody else', { ca, ...stranger }],
    ['whose certificate has expired', { ca, ...expired }],
    ['that do not trust the server', { ca: stranger.cert, ...client }],
  ])('serves no clients %s', async (_, tls) => {
    expect(await created(server.grpc, tls)).toBe('UNAVAILABLE');
  });

  it('serves no plain text', async () => {
    using raw = new RawClient(server.grpc);
    await expect(raw.call('GetStats', {}, 1_500)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(fetch(`${server.http}/healthz`)).rejects.toThrow('fetch failed');
    for (const address of [server.grpc, new URL(server.http).host]) {
      const socket = connect(Number(address.split(':')[1]), '127.0.0.1').on('error', () => undefined);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.end('GET /metrics HTTP/1.0\r\n\r\n');
      await once(socket, 'close');
      expect(answer).not.toContain('lease');
    }
  });

  it('serves no TLS older than 1.2', async () => {
    for (const address of [server.grpc, new URL(server.http).host]) {
      const port = Number(address.split(':')[1]);
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
      const socket = connectTls({ port, host: '127.0.0.1', ca, ...client, ...old });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    }
  });

  it('answers grpc.health', async () => {
    const tls = credentials.createSsl(Buffer.from(ca), Buffer.from(client.key), Buffer.from(client.cert));
    const health = new Client(server.grpc, tls);
    const asIs = (bytes: Buffer) => bytes;
    const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
      const deadline = Date.now() + 10_000;
      const path = '/grpc.health.v1.Health/Check';
      health.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), { deadline }, (error, bytes) => {
        if (error) reject(error);
        else resolve(bytes);
      });
    });
    health.close();
    // Field 1, status: SERVING.
    expect(answer).toEqual(Buffer.of(0x08, 0x01));
  });

  it('shows its pages to probes, which have no certificate', async () => {
    expect(await page(server, '/healthz')).toEqual({ status: 200, text: '{"alive":true}\n' });
    expect((await page(server, '/readyz')).status).toBe(200);
    expect((await page(server, '/metrics')).text).toContain('\nlease_store_up 1\n');
  });
});

it('a server with a certificate may be reached from other machines, by clients without one', async () => {
  const listen = ['--grpc-listen', '0.0.0.0:0', '--http-listen', '0.0.0.0:0'];
  await using server = await startServer({ storage: 'memory', flags: [...PAIR, ...listen] });
  const address = server.grpc.replace('0.0.0.0', '127.0.0.1');
  expect(await created(address, { ca })).toBe('ACTIVE');
  expect(await created(address, { ca: stranger.cert })).toBe('UNAVAILABLE');
});

it('L6: connections that never shake hands do not hold up a stop', async () => {
  await using server = await startServer({ storage: 'memory', flags: PAIR });
  for (const address of [server.grpc, new URL(server.http).host]) {
    const silent = connect(Number(address.split(':')[1]), '127.0.0.1').on('error', () => undefined);
    await once(silent, 'connect');
  }
  const startMs = performance.now();
  await server.stop();
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
