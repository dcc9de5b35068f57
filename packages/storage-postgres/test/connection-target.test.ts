import { writeFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { certificate } from '../../client/test/support/certificate.js';
import { temporaryDirectory } from '../../../tests/helpers/lifetime.js';
import { quoteSchema } from '../src/connection/quote-schema.js';
import { settleOptions } from '../src/connection/settled-options.js';
import { parseTarget } from '../src/connection/target.js';

const SECRET = 'hun%40ter2';

describe('a database URL', () => {
  it('says where, as whom and which database', () => {
    expect(parseTarget('postgres://me:p%40ss%3A@db.example.org:6432/my%2Fleases?sslmode=disable')).toEqual({
      name: 'db.example.org:6432/my/leases',
      address: { host: 'db.example.org', port: 6_432 },
      user: 'me',
      password: 'p@ss:',
      database: 'my/leases',
      applicationName: 'lease',
    });
  });

  it('has defaults: the port, the database of the user, no password, no TLS on loopback', () => {
    expect(parseTarget('postgresql://me@[::1]')).toEqual({
      name: '[::1]/me',
      address: { host: '::1', port: 5_432 },
      user: 'me',
      password: '',
      database: 'me',
      applicationName: 'lease',
    });
  });

  it('may mean a Unix socket', () => {
    const target = parseTarget('postgres://me@localhost:5433/x?host=/run/postgresql/&application_name=a%20b');
    expect(target.address).toEqual({ path: '/run/postgresql/.s.PGSQL.5433' });
    expect(target.applicationName).toBe('a b');
    expect(target.tls).toBeUndefined();
  });

  it.each([
    ['no URL at all', `${SECRET}@host`, 'of the form postgres://'],
    ['another scheme', `mysql://me:${SECRET}@host/x`, 'of the form postgres://'],
    ['several hosts', `postgres://me:${SECRET}@a:1,b:2/x`, 'of the form postgres://'],
    ['no user', 'postgres://host/x', 'must name a user'],
    ['no host', 'postgres:///x', 'must name a user'],
    ['a bad escape', `postgres://me:%E0%A4%A@host/x`, 'the password is not percent-encoded'],
    ['U+0000', `postgres://me:${SECRET}@host/x%00`, 'the database is not percent-encoded'],
    ['an unknown parameter', `postgres://me:${SECRET}@host/x?options=-cfsync=off`, 'unknown here: "options"'],
    ['a host that is no directory', `postgres://me:${SECRET}@host/x?host=other`, 'parameter host'],
    ['what would break a line', `postgres://me:${SECRET}@host/x?sslmode=a%0Ab`, 'sslmode "a\\nb"'],
    ['a long parameter', `postgres://me:${SECRET}@host/x?${'p'.repeat(500)}=1`, `"${'p'.repeat(64)}..."`],
    ['a mode that promises nothing', `postgres://me:${SECRET}@host/x?sslmode=prefer`, 'sslmode "prefer"'],
    ['an authority that is not there', `postgres://me:${SECRET}@host/x?sslrootcert=/no/file`, '/no/file'],
  ])('is refused without its secrets: %s', (_, url, message) => {
    expect(() => parseTarget(url)).toThrow(TypeError);
    expect(() => parseTarget(url)).toThrow(message);
    expect(() => parseTarget(url)).not.toThrow(/ter2|%E0/);
  });
});

describe('TLS', () => {
  const tls = (host: string, mode = '') =>
    parseTarget(`postgres://me@${host}/x${mode && `?sslmode=${mode}`}`).tls;

  it('verifies who answers off loopback, and is off on loopback', () => {
    expect(tls('db.example.org')).toEqual({ host: 'db.example.org', servername: 'db.example.org' });
    expect(tls('10.0.0.1')).toEqual({ host: '10.0.0.1' });
    expect([tls('localhost'), tls('127.9.9.9'), tls('[::1]')]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['require', 'verify-full'])('sslmode=%s verifies, on loopback too', (mode) => {
    expect(tls('localhost', mode)).toEqual({ host: 'localhost', servername: 'localhost' });
  });

  it('verifies less only if the URL says so', () => {
    expect(tls('db.example.org', 'disable')).toBeUndefined();
    expect(tls('db.example.org', 'no-verify')).toMatchObject({ rejectUnauthorized: false });
    const { checkServerIdentity: check, rejectUnauthorized } = tls('db.example.org', 'verify-ca') ?? {};
    expect(rejectUnauthorized).toBeUndefined();
    expect(check).not.toBe(checkServerIdentity);
  });

  it('takes a private authority from a file', () => {
    const file = `${temporaryDirectory()}/ca.pem`;
    writeFileSync(file, certificate);
    const target = parseTarget(`postgres://me@db.example.org/x?sslrootcert=${file}`);
    expect(target.tls?.secureContext).toBeDefined();
  });
});

describe('the name of a schema', () => {
  it.each([
    ['lease', '"lease"'],
    ['Lease "x"; drop', '"Lease ""x""; drop"'],
    ['ü'.repeat(31), `"${'ü'.repeat(31)}"`],
    ["o'clock\\", `"o'clock\\"`],
  ])('is quoted: %s', (name, quoted) => {
    expect(quoteSchema(name)).toBe(quoted);
  });

  it.each(['', 'x'.repeat(64), 'ü'.repeat(32), 'a$b', 'a\0b', '\ud800', 'pg_lease', 'information_schema'])(
    'is refused: %j',
    (name) => {
      expect(() => quoteSchema(name)).toThrow(/^schema must/);
    },
  );
});

it.each([
  ['maxConnections', { maxConnections: 1 }],
  ['maxConnections', { maxConnections: 2.5 }],
  ['callTimeoutMs', { callTimeoutMs: 99 }],
  ['callTimeoutMs', { callTimeoutMs: NaN }],
])('names the option that is wrong: %s', (field, options) => {
  expect(() => settleOptions({ url: 'postgres://me@localhost', ...options })).toThrow(
    new RegExp(`^${field} must`),
  );
});
