import { describe, expect, it } from 'vitest';
import { flagName, SETTING_NAMES } from '../src/config/settings.js';
import { invoke } from './invoke.js';
import { plant } from './planted.js';

const DATABASE = 'postgres://lease:hunter2@127.0.0.1:5432/lease';

function rowsOf(table: string): Record<string, readonly string[]> {
  const rows = table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  return Object.fromEntries(rows.map(([name = '', ...cells]) => [name, cells]));
}

describe('lease-server config', () => {
  it('prints every setting with its value and its source', async () => {
    const path = plant(
      'lease.yaml',
      '# ours\nmax-ttl: 48h\nallow-cleanup-target: [.example.com, 10.0.0.0/8]\n',
    );
    const args = ['config', '--config', path, '--grace', '7s', '--hold-cleanups'];
    const { code, out, config } = await invoke(args, {
      LEASE_STORAGE: 'postgres',
      LEASE_DATABASE_URL: DATABASE,
    });
    expect([code, config]).toEqual([0, undefined]);
    const rows = rowsOf(out);
    expect(Object.keys(rows)).toEqual(['setting', ...SETTING_NAMES.map(flagName)]);
    expect(rows).toMatchObject({
      setting: ['value', 'source'],
      grace: ['7s', '--grace'],
      'hold-cleanups': ['true', '--hold-cleanups'],
      'max-ttl': ['48h', `${path}:2`],
      'allow-cleanup-target': ['.example.com,10.0.0.0/8', `${path}:3`],
      storage: ['postgres', 'LEASE_STORAGE'],
      'database-url': ['(set)', 'LEASE_DATABASE_URL'],
      'database-url-file': ['(none)', 'default'],
      'default-ttl': ['5m', 'default'],
    });
  });

  it('prints the same as JSON, with the warnings', async () => {
    const args = ['config', '--json', '--storage', 'postgres', '--database-url', DATABASE];
    const { out, err } = await invoke(args);
    const { settings, warnings } = JSON.parse(out) as {
      settings: Record<string, { value: string; source: string }>;
      warnings: string[];
    };
    expect(Object.keys(settings)).toEqual(SETTING_NAMES.map(flagName));
    expect(settings['database-url']).toEqual({ value: '(set)', source: '--database-url' });
    expect(settings['tls-cert']).toEqual({ value: '', source: 'default' });
    expect(warnings).toEqual([expect.stringMatching(/^--database-url: other users/)]);
    expect(err).toBe(`warning: ${warnings[0] ?? ''}\n`);
  });

  it.each(['flag', 'variable', 'file', 'file of its own'])('shows no secret, given by %s', async (source) => {
    const file = plant('secret.yaml', `storage: postgres\ndatabase-url: ${DATABASE}\n`);
    const given: Record<string, readonly [readonly string[], Record<string, string>]> = {
      flag: [['--storage', 'postgres', '--database-url', DATABASE], {}],
      variable: [['--storage', 'postgres'], { LEASE_DATABASE_URL: DATABASE }],
      file: [['--config', file], {}],
      'file of its own': [['--storage', 'postgres', '--database-url-file', plant('url', DATABASE)], {}],
    };
    const [flags, env] = given[source] ?? [[], {}];
    for (const json of [[], ['--json']]) {
      const { code, out, err } = await invoke(['config', ...json, ...flags], env);
      expect(code).toBe(0);
      expect(out + err).not.toMatch(/hunter2|lease:/);
    }
  });

  it('shows what would break the line, or the terminal, in quotes; of a URL no user', async () => {
    const dirs = {
      'a b': 'a b',
      '\u001b[2J': '"\\u001b[2J"',
      'a\nb': '"a\\nb"',
      ' x': '" x"',
      '/tmp//u:hunter2@x': '/tmp//...@x',
    };
    for (const [dir, shown] of Object.entries(dirs))
      expect(rowsOf((await invoke(['config', '--data-dir', dir])).out)['data-dir']?.[0]).toBe(shown);
  });

  it('explains itself', async () => {
    const { code, out } = await invoke(['config', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: lease-server config');
    expect(out).toContain('--json');
    expect(out).toContain('--config <file>');
  });
});
