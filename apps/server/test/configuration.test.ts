import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../src/config/duration.js';
import { isLoopback, overlap, parseListenAddress } from '../src/config/listen-address.js';
import { flagName, SETTING_NAMES, SETTINGS, variableName } from '../src/config/settings.js';
import { invoke } from './invoke.js';
import { temporaryDirectory } from './running.js';

describe('configuration', () => {
  it('has these defaults', async () => {
    const { code, config } = await invoke(['serve']);
    expect(code).toBeUndefined();
    expect(config).toEqual({
      grpcListen: { host: '127.0.0.1', port: 50051 },
      httpListen: { host: '127.0.0.1', port: 9090 },
      adminListen: undefined,
      tlsCert: '',
      tlsKey: '',
      tlsClientCa: '',
      insecureListen: false,
      storage: 'sqlite',
      dataDir: './lease-data',
      databaseUrl: '',
      databaseUrlFile: '',
      databaseSchema: 'lease',
      databaseConnections: 16,
      minTtlMs: 1_000,
      maxTtlMs: 86_400_000,
      defaultTtlMs: 300_000,
      graceMs: 5_000,
      maxLeasesPerService: 10_000,
      allowCleanupTarget: [],
      signingSecrets: [],
      signingSecretsFile: [],
      holdCleanups: false,
      sweepIntervalMs: 100,
      maxConcurrentCleanups: 64,
      claimTtlMs: 40_000,
      brakeShare: 0.25,
      retainEndedMs: 86_400_000,
      logFormat: 'auto',
      logLevel: 'info',
      alertOldestDueMs: 60_000,
      alertWebhook: '',
      drainLimitMs: 25_000,
    });
  });

  it('is read from flags before the environment before defaults', async () => {
    const env = { LEASE_GRACE: '1s', LEASE_DEFAULT_TTL: '2m', LEASE_MAX_TTL: '', LEASE_MIN_TTL: 'nonsense' };
    const { config } = await invoke(['serve', '--grace', '7s', '--min-ttl', '2s'], env);
    expect(config).toMatchObject({
      graceMs: 7_000,
      defaultTtlMs: 120_000,
      maxTtlMs: 86_400_000,
      minTtlMs: 2_000,
    });
  });

  it.each([
    [['--hold-cleanups'], {}, true],
    [['--hold-cleanups', 'true'], {}, true],
    [['--hold-cleanups=false'], { LEASE_HOLD_CLEANUPS: 'true' }, false],
    [[], { LEASE_HOLD_CLEANUPS: 'true' }, true],
  ])('a switch: %j %j', async (flags, env, expected) => {
    expect((await invoke(['serve', ...flags], env)).config?.holdCleanups).toBe(expected);
  });

  it('a flag that may be repeated takes lists, too', async () => {
    const flags = ['--allow-cleanup-target', 'a.example', '--allow-cleanup-target', '10.0.0.0/8, .b.example'];
    const { config } = await invoke(['serve', ...flags], { LEASE_ALLOW_CLEANUP_TARGET: 'public' });
    expect(config?.allowCleanupTarget).toEqual(['a.example', '10.0.0.0/8', '.b.example']);
  });

  it('signing secrets come from the environment, a flag, or a file', async () => {
    const [a, b] = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
    const inVariable = await invoke(['serve'], { LEASE_SIGNING_SECRETS: `${a}, ${b}` });
    expect(inVariable.config).toMatchObject({ signingSecrets: [a, b], signingSecretsFile: [] });
    const inFlag = await invoke(['serve', '--signing-secrets', `${b}`], { LEASE_SIGNING_SECRETS: 'x' });
    expect(inFlag.config).toMatchObject({ signingSecrets: [b] });
    using directory = temporaryDirectory();
    const file = join(directory.path, 'secrets');
    writeFileSync(file, `${b}\r\n\n${a}\n`);
    const inFile = await invoke(['serve', '--signing-secrets-file', file]);
    expect(inFile.config).toMatchObject({ signingSecrets: [], signingSecretsFile: [b, a] });
  });

  it('migrate is for PostgreSQL, whatever the servers are told', async () => {
    const url = 'postgresql://lease@db.example/lease';
    const { code, migrated, config } = await invoke(['migrate', '--database-schema', 'a'], {
      LEASE_DATABASE_URL: url,
      LEASE_STORAGE: 'sqlite',
    });
    expect([code, config]).toEqual([0, undefined]);
    expect(migrated).toMatchObject({ storage: 'postgres', databaseUrl: url, databaseSchema: 'a' });
  });

  it('of a flag given twice, the last one counts', async () => {
    expect((await invoke(['serve', '--grace', '1s', '--grace', '2s'])).config?.graceMs).toBe(2_000);
  });

  it('listeners off loopback are served if that is said', async () => {
    const flags = ['--grpc-listen', '0.0.0.0:1', '--http-listen', '[::]:2', '--insecure-listen'];
    expect((await invoke(['serve', ...flags])).config).toMatchObject({
      grpcListen: { host: '0.0.0.0', port: 1 },
      httpListen: { host: '::', port: 2 },
    });
  });

  it('two listeners may both ask for any free port', async () => {
    const { code } = await invoke(['serve', '--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0']);
    expect(code).toBeUndefined();
  });
});

describe('the table of settings', () => {
  it.each(SETTING_NAMES)('%s has a default that its own kind accepts', (name) => {
    expect(SETTINGS[name].kind.parse(SETTINGS[name].default)).toHaveProperty('value');
  });

  it('makes the names of flags and variables', () => {
    expect(flagName('minTtlMs')).toBe('min-ttl');
    expect(variableName('maxLeasesPerService')).toBe('LEASE_MAX_LEASES_PER_SERVICE');
  });

  it('makes the help', async () => {
    const { code, out } = await invoke(['serve', '--help']);
    expect(code).toBe(0);
    for (const name of SETTING_NAMES) {
      expect(out).toContain(`--${flagName(name)} `);
      expect(out).toContain(`env ${variableName(name)})`);
    }
    expect(out).toContain('(default 5s, env LEASE_GRACE)');
    expect(out).toContain('78 the configuration is wrong');
  });

  it('the version is the package’s', async () => {
    expect(await invoke(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });
});

describe('durations', () => {
  it.each([
    ['0ms', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 's', '1', '1 s', '1S', '1e3s', '+1s', '１s'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('listen addresses', () => {
  it.each([
    ['127.0.0.1:0', true],
    ['127.8.8.8:1', true],
    ['localhost:1', true],
    ['[::1]:1', true],
    ['0.0.0.0:1', false],
    ['[::]:1', false],
    ['192.168.1.1:65535', false],
    ['[::ffff:127.0.0.1]:1', false],
  ])('%s on loopback: %s', (text, expected) => {
    const address = parseListenAddress(text);
    expect(address && isLoopback(address)).toBe(expected);
  });

  it.each([
    ['127.0.0.1:1', '127.0.0.1:1', true],
    ['127.0.0.1:1', '0.0.0.0:1', true],
    ['[::]:1', '127.0.0.1:1', true],
    ['127.0.0.1:1', '127.0.0.2:1', false],
    ['127.0.0.1:1', '127.0.0.1:2', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    const [first, second] = [parseListenAddress(a), parseListenAddress(b)];
    expect(first && second && overlap(first, second)).toBe(expected);
  });
});
