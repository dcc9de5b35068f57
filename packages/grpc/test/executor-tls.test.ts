import { credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { egressGuard } from '@lease/core/http';
import { CleanupHandlerServiceDefinition } from '@lease/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { selfSigned } from '../../core/test/http/self-signed.js';
import { GrpcExecutor } from '../src/index.js';
import { grpcClaim } from './claims.js';

const never = new AbortController().signal;

/** A handler behind TLS; its certificate is for localhost and 127.0.0.1. Resolves to its port. */
async function secureServer(called: () => void): Promise<number> {
  const server = new Server();
  server.addService(CleanupHandlerServiceDefinition, {
    cleanup: (_: unknown, answer: (error: null, response: object) => void) => {
      called();
      answer(null, {});
    },
  });
  const pair = { private_key: Buffer.from(selfSigned.key), cert_chain: Buffer.from(selfSigned.cert) };
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  onTestFinished(() => {
    server.forceShutdown();
  });
  return port;
}

function executor() {
  const guard = egressGuard({
    allowLoopback: true,
    allow: ['.test'],
    resolveName: () => Promise.resolve(['127.0.0.1']),
  });
  const one = new GrpcExecutor({ guard });
  onTestFinished(() => one.close());
  return one;
}

/** Until the test has finished, the certificate counts as that of an authority. */
function trustIt() {
  const create = credentials.createSsl.bind(credentials);
  const spy = vi
    .spyOn(credentials, 'createSsl')
    .mockImplementation((_, ...rest) => create(Buffer.from(selfSigned.cert), ...rest));
  onTestFinished(() => spy.mockRestore());
}

describe('a certificate', () => {
  it('must be for the name, not for the address that the channel is pinned to', async () => {
    trustIt();
    let calls = 0;
    const port = await secureServer(() => (calls += 1));
    const one = executor();
    const at = (host: string) => one.execute(grpcClaim(`${host}:${port}`, { tls: true }), never);
    expect(await at('localhost')).toMatchObject({ kind: 'done' });
    expect(await at('localhost.')).toMatchObject({ kind: 'done' });
    expect(await at('127.0.0.1')).toMatchObject({ kind: 'done' });
    const other = await at('other.test');
    expect(other).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(other.detail).toContain("does not match certificate's altnames");
    expect(calls).toBe(3);
  });

  it('must be vouched for, whatever the environment says', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    let calls = 0;
    const port = await secureServer(() => (calls += 1));
    const result = await executor().execute(grpcClaim(`localhost:${port}`, { tls: true }), never);
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(result.detail).toMatch(/self.signed/);
    expect(calls).toBe(0);
  });
});
