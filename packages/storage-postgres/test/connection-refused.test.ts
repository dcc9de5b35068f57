import { once } from 'node:events';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { certificate, privateKey } from '../../client/test/support/certificate.js';
import { temporaryDirectory } from '../../../tests/helpers/lifetime.js';
import { sqlClient, startPostgres, type RunningPostgres } from '../../../tests/helpers/postgres/index.js';
import { openDatabase } from '../src/connection/open-database.js';
import { runAs } from '../../../tests/helpers/postgres/binaries.js';

let postgres: RunningPostgres;
let authority: string;
beforeAll(async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  authority = join(directory, 'server.crt');
  const key = join(directory, 'server.key');
  writeFileSync(authority, certificate);
  writeFileSync(key, privateKey, { mode: 0o600 });
  if (runAs.uid !== undefined) chownSync(key, runAs.uid, runAs.gid);
  postgres = await startPostgres({
    settings: {
      ...{ ssl: 'on', ssl_cert_file: authority, ssl_key_file: key },
      listen_addresses: '127.0.0.1, 127.0.0.2',
    },
    hba: ['host all stranger all scram-sha-256', 'hostnossl all encrypted all reject'],
  });
  const admin = sqlClient(postgres.url);
  await admin`create role stranger login password 'hun/ter@2'`;
  await admin`create role encrypted login`;
  await admin`create role crowded login connection limit 0`;
});

/** One call over a URL. */
async function call(url: string, callTimeoutMs = 2_000) {
  const database = openDatabase({ url, maxConnections: 2, callTimeoutMs });
  onTestFinished(() => database.close());
  const [row] = await database.call<{ user: string; tls: boolean }>(
    'rpc',
    'select current_user::text as user, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as tls',
  );
  return row;
}

const at = (user: string, rest = '/postgres', host = '127.0.0.1') =>
  `postgres://${user}@${host}:${postgres.port}${rest}`;

describe('a login', () => {
  it('takes a password', async () => {
    await expect(call(at('stranger:hun%2Fter%402'))).resolves.toMatchObject({ user: 'stranger' });
  });

  it.each([
    ['a wrong password', () => at('stranger:wr%2Fong'), 'password authentication failed'],
    ['no such database', () => at('postgres', '/nowhere'), 'database "nowhere" does not exist'],
    ['no such role', () => at('nobody'), 'role "nobody" does not exist'],
    ['no room', () => at('crowded'), 'too many connections for role'],
    ['no server', () => 'postgres://me:wr%2Fong@127.0.0.1:1/x', 'connect ECONNREFUSED'],
    ['no host', () => 'postgres://me:wr%2Fong@nowhere.invalid/x', 'nowhere.invalid'],
    ['no directory', () => 'postgres://me@localhost/x?host=/no/where', 'connect ENOENT'],
  ])('fails with words for it, at once, and never with the password: %s', async (_, url, words) => {
    const startMs = performance.now();
    const error: unknown = await call(url()).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'StoreUnavailableError' });
    expect(String(error)).toContain(words);
    expect(String(error)).not.toMatch(/ong|postgres:\/\//);
    expect(performance.now() - startMs).toBeLessThan(1_500);
  });
});

describe('a server that is none', () => {
  /** What it does with a connection once the client has said something. */
  async function impostor(behave: (socket: Socket) => void, rest = ''): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        behave(socket);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `postgres://me@127.0.0.1:${(server.address() as AddressInfo).port}/x${rest}`;
  }
  const silent = () => undefined;
  const hangsUp = (socket: Socket) => socket.end();
  const resets = (socket: Socket) => socket.resetAndDestroy();
  const speaksHttp = (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
  const agreesTo = (then: (socket: Socket) => unknown) => (socket: Socket) =>
    socket.write('S', () => socket.once('data', () => void then(socket)));
  const slipsTextIn = (socket: Socket) => socket.write('SELECT');
  const tls = '?sslmode=no-verify';

  it.each<[string, (socket: Socket) => unknown, string, string]>([
    ['says nothing', silent, '', 'no answer came within 500 ms'],
    ['hangs up', hangsUp, '', 'the connection was lost'],
    ['resets', resets, '', 'ECONNRESET'],
    ['speaks HTTP', speaksHttp, '', 'no answer came'],
    ['says nothing about TLS', silent, tls, 'no answer came'],
    ['hangs up instead of TLS', hangsUp, tls, 'the server offers no TLS'],
    ['agrees to TLS and says nothing', agreesTo(silent), tls, 'no answer came'],
    ['agrees to TLS and hangs up', agreesTo(hangsUp), tls, 'before secure TLS connection'],
    ['agrees to TLS and resets', agreesTo(resets), tls, ''],
    ['agrees to TLS and speaks HTTP', agreesTo(speaksHttp), tls, 'SSL routines'],
    ['slips text in before TLS', slipsTextIn, tls, 'the server offers no TLS'],
  ])('fails the call and nothing else: it %s', async (_, behave, rest, words) => {
    const url = await impostor((socket) => void behave(socket), rest);
    await expect(call(url, 500)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: expect.stringContaining(words) as string,
    });
  });
});

describe('TLS', () => {
  it('is used and verified with the authority that the URL names', async () => {
    const url = at('encrypted', `/postgres?sslmode=verify-full&sslrootcert=${authority}`);
    await expect(call(url)).resolves.toEqual({ user: 'encrypted', tls: true });
    await expect(call(url.replace('127.0.0.1', 'localhost'))).resolves.toMatchObject({ tls: true });
  });

  it('is not used when the URL says so', async () => {
    await expect(call(at('postgres', '/postgres?sslmode=disable'))).resolves.toMatchObject({ tls: false });
    await expect(call(at('encrypted', '/postgres?sslmode=disable'))).rejects.toThrow('no encryption');
  });

  it.each(['require', 'verify-full', 'verify-ca'])('refuses a stranger with sslmode=%s', async (mode) => {
    await expect(call(at('postgres', `/postgres?sslmode=${mode}`))).rejects.toThrow(
      'self-signed certificate',
    );
  });

  it('refuses the certificate of another host, unless the URL does not care', async () => {
    const rest = (mode: string) => `/postgres?sslmode=${mode}&sslrootcert=${authority}`;
    await expect(call(at('postgres', rest('verify-full'), '127.0.0.2'))).rejects.toThrow(
      '127.0.0.2 is not in',
    );
    await expect(call(at('postgres', rest('verify-ca'), '127.0.0.2'))).resolves.toMatchObject({ tls: true });
    await expect(call(at('postgres', '/postgres?sslmode=no-verify', '127.0.0.2'))).resolves.toMatchObject({
      tls: true,
    });
  });

  it('is never given up because the server has none', async () => {
    await using plain = await startPostgres();
    await expect(call(`${plain.url}?sslmode=no-verify`)).rejects.toThrow('the server offers no TLS');
  });
});
