import { describe, expect, it } from 'vitest';
import { flagName, SETTING_NAMES, SETTINGS } from '../src/config/settings.js';
import { invoke } from './invoke.js';
import { plant } from './planted.js';

const withFile = (contents: string, flags: readonly string[] = [], env: Record<string, string> = {}) =>
  invoke(['serve', '--config', plant('lease.yaml', contents), ...flags], env);

describe('a configuration file', () => {
  it('goes before the defaults, the environment before it, and flags before that', async () => {
    const contents = 'grace: 1s\nmin-ttl: 2s\nmax-ttl: 3h\n';
    const env = { LEASE_GRACE: '4s', LEASE_MIN_TTL: '5s', LEASE_MAX_TTL: '' };
    const { config } = await withFile(contents, ['--grace', '6s'], env);
    expect(config).toMatchObject({
      graceMs: 6_000,
      minTtlMs: 5_000,
      maxTtlMs: 3 * 3_600_000,
      defaultTtlMs: 300_000,
    });
  });

  it('is named by a flag, or else by a variable', async () => {
    const [one, two] = [plant('one.yaml', 'grace: 1s'), plant('two.yaml', 'grace: 2s')];
    expect((await invoke(['serve'], { LEASE_CONFIG: one })).config?.graceMs).toBe(1_000);
    expect((await invoke(['serve', '--config', two], { LEASE_CONFIG: one })).config?.graceMs).toBe(2_000);
    expect((await invoke(['serve'], { LEASE_CONFIG: '' })).config?.graceMs).toBe(5_000);
  });

  it('takes every setting as it would be given in a flag', async () => {
    const lines = SETTING_NAMES.map((name) => `${flagName(name)}: ${JSON.stringify(SETTINGS[name].default)}`);
    const { config, err } = await withFile(lines.join('\n'));
    expect(err).toBe('');
    expect(config).toEqual((await invoke(['serve'])).config);
  });

  it('takes lists, switches, addresses and fractions as YAML has them', async () => {
    const { config } = await withFile(
      `
%YAML 1.1
---
grpc-listen: '[::1]:0' # quoted, since a bracket begins a list
http-listen: localhost:0
allow-cleanup-target:
  - .example.com
  - 10.0.0.0/8
hold-cleanups: true
brake-share: 0.5
max-leases-per-service: 20000
data-dir: >-
  /var/lib/lease
`.trimStart(),
    );
    expect(config).toMatchObject({
      grpcListen: { host: '::1', port: 0 },
      httpListen: { host: '127.0.0.1', port: 0 },
      allowCleanupTarget: ['.example.com', '10.0.0.0/8'],
      holdCleanups: true,
      brakeShare: 0.5,
      maxLeasesPerService: 20_000,
      dataDir: '/var/lib/lease',
    });
  });

  it.each([
    ['empty', ''],
    ['of comments', '# nothing yet\n'],
    ['of a marker', '---\n'],
    ['of an empty mapping', '{}'],
    ['with the mark of a Windows editor', '\ufeffgrace: 5s\r\n'],
    ['with an empty list', 'allow-cleanup-target: []'],
  ])('may be %s', async (_, contents) => {
    const { code, config } = await withFile(contents);
    expect(code).toBeUndefined();
    expect(config).toEqual((await invoke(['serve'])).config);
  });

  it('serves migrate as well, which takes no more than its own', async () => {
    const url = 'postgres://u:hunter2@127.0.0.1/lease';
    const contents = `storage: sqlite\ngrace: soon\ndatabase-url: ${url}\ndatabase-schema: a\n`;
    const { code, migrated, err } = await invoke(['migrate', '--config', plant('shared.yaml', contents)]);
    expect([code, err]).toEqual([0, '']);
    expect(migrated).toMatchObject({ storage: 'postgres', databaseUrl: url, databaseSchema: 'a' });
    const typo = await invoke(['migrate', '--config', plant('shared.yaml', `databse-url: ${url}\n`)]);
    expect(typo.err).toContain('"databse-url" is no setting (did you mean database-url?)');
    expect(typo.code).toBe(78);
  });
});
