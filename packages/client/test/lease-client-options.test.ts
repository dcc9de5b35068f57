import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { LeaseClient, type LeaseClientOptions } from '../src/index.js';
import { credentialsFor } from '../src/rpc/security.js';
import { certificate, privateKey } from './support/certificate.js';
import { ScriptedServer } from './support/scripted-server.js';

const make = (options: Partial<LeaseClientOptions>) => () =>
  new LeaseClient({ serviceId: 'tests', ...options }).close();

describe('options', () => {
  it.each<[string, Partial<LeaseClientOptions>]>([
    ['a name', { address: 'localhost:50051' }],
    ['an IPv6 address', { address: '[::1]:50051' }],
    ['several', { addresses: ['a:1', 'b:65535'] }],
    ['one of several', { addresses: ['lease.example:443'], insecure: true }],
    ['certificates', { address: 'a:1', tls: { ca: certificate, cert: certificate, key: privateKey } }],
  ])('take %s', (_what, options) => {
    expect(make(options)).not.toThrow();
  });

  it.each<[RegExp, Partial<LeaseClientOptions>]>([
    [/either address or addresses/, {}],
    [/either address or addresses/, { address: 'a:1', addresses: ['b:1'] }],
    [/addresses must not be empty/, { addresses: [] }],
    [/must not repeat/, { addresses: ['a:1', 'a:1'] }],
    [/host:port, not a$/, { address: 'a' }],
    [/host:port/, { address: 'a:0' }],
    [/host:port/, { address: 'a:65536' }],
    [/host:port/, { address: '::1:50051' }],
    [/host:port/, { address: 'http://a:1' }],
    [/host:port/, { address: 'a b:1' }],
    [/serviceId/, { address: 'a:1', serviceId: '' }],
    [/serviceId/, { address: 'a:1', serviceId: '\uD800' }],
    [/either tls or insecure/, { address: 'a:1', tls: {}, insecure: true }],
    [/tls.cert and tls.key/, { address: 'a:1', tls: { cert: certificate } }],
    [/timeoutMs/, { address: 'a:1', timeoutMs: 0 }],
    [/timeoutMs/, { address: 'a:1', timeoutMs: Number.NaN }],
  ])('that are wrong throw TypeError: %s', (message, options) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(message);
  });

  it('refuse a deadline that is none, in calls too', async () => {
    const client = new LeaseClient({ address: '127.0.0.1:1', serviceId: 'tests' });
    await expect(client.get('x', { timeoutMs: -1 })).rejects.toThrow(TypeError);
    await expect(client.hold({ object: { type: 'a', id: 'b' } }, { timeoutMs: 0 })).rejects.toThrow(
      /timeoutMs/,
    );
    client.close();
  });
});

describe('security', () => {
  it.each([
    ['localhost:1', {}, false],
    ['LOCALHOST:1', {}, false],
    ['127.0.0.1:1', {}, false],
    ['127.9.9.9:1', {}, false],
    ['[::1]:1', {}, false],
    ['localhost:1', { tls: {} }, true],
    ['lease.example:1', {}, true],
    ['10.0.0.1:1', {}, true],
    ['localhost.example:1', {}, true],
    ['127.0.0.1.example:1', {}, true],
    ['0.0.0.0:1', {}, true],
    ['[::]:1', {}, true],
    ['[::ffff:10.0.0.1]:1', {}, true],
    ['lease.example:1', { insecure: true }, false],
  ])('%s with %o is encrypted: %s', (address, options, secure) => {
    expect(credentialsFor(address, options)._isSecure()).toBe(secure);
  });

  it('speaks TLS with the authorities it is given, and to nobody else', async () => {
    const keys = [{ cert_chain: Buffer.from(certificate), private_key: Buffer.from(privateKey) }];
    const server = await ScriptedServer.start(0, ServerCredentials.createSsl(null, keys));
    const options = { address: `localhost:${server.port}`, serviceId: 'tests', timeoutMs: 2_000 };
    const object = { type: 'custom', id: 'x' };

    const trusting = new LeaseClient({ ...options, tls: { ca: certificate } });
    await expect(trusting.create({ object })).resolves.toMatchObject({ lease: { state: 'ACTIVE' } });

    for (const other of [new LeaseClient({ ...options, tls: {} }), new LeaseClient(options)]) {
      await expect(other.create({ object }, { timeoutMs: 400 })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      other.close();
    }
    expect(server.leases.size).toBe(1);
    trusting.close();
    server.kill();
  });
});
