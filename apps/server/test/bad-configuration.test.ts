import { describe, expect, it } from 'vitest';
import { BAD_FILES } from './bad-files.js';
import { BAD_GIVEN } from './bad-given.js';
import { BAD_SIGNING, CANARIES, SECRET_A } from './bad-signing.js';
import { BAD_TLS } from './bad-tls.js';
import { invoke } from './invoke.js';
import { plant } from './planted.js';

const DURATION = 'is no duration such as 500ms, 30s, 5m or 24h';
const DATABASE = 'postgres://lease:hunter2@127.0.0.1:5432/lease';

/** Both commands that read all settings say the same. */
async function expectRefused(
  args: readonly string[],
  env: Record<string, string>,
  errors: readonly string[],
) {
  for (const command of ['serve', 'config']) {
    const invoked = await invoke([command, ...args], env);
    expect(invoked.err).toBe(errors.map((error) => `error: ${error}\n`).join(''));
    for (const secret of ['hunter2', ...CANARIES]) expect(invoked.err).not.toContain(secret);
    expect(invoked).toMatchObject({ code: 78, out: '', config: undefined });
  }
}

const words = (text: string) => text.split(' ').filter((word) => word !== '');

describe('bad configuration exits with 78', () => {
  it.each(BAD_GIVEN)('%s %j', (flags, env, errors) => expectRefused(words(flags), env, errors));

  it.each(BAD_SIGNING)('%s %j', (flags, env, errors) => expectRefused(words(flags), env, errors));

  it.each(BAD_TLS)('%s', (flags, errors) => expectRefused(words(flags), {}, errors));

  it.each(Object.entries(BAD_FILES))(
    'a file with %s',
    async (_, { contents, flags = '', env = {}, errors }) => {
      const path = plant('lease.yaml', contents);
      const named = errors.map((error) => error.replaceAll('FILE', path));
      await expectRefused(['--config', path, ...words(flags)], env, named);
      const variable = named.map((error) => error.replace('--config: ', 'LEASE_CONFIG: '));
      await expectRefused(words(flags), { ...env, LEASE_CONFIG: path }, variable);
    },
  );

  it('migrate takes the settings of the database alone', async () => {
    const invoked = await invoke(['migrate', '--grace', '1s', '--database-schema', '1']);
    expect(invoked.err.trimEnd().split('\n')).toEqual([
      'error: --grace is no flag of this command',
      expect.stringMatching(/^error: --database-schema: "1" is no schema name: /),
      'error: --storage (postgres) needs --database-url or --database-url-file',
    ]);
    expect(invoked).toMatchObject({ code: 78, migrated: undefined });
  });

  it('migrate asks for nothing that is not its own', async () => {
    const env = {
      LEASE_DATABASE_URL: DATABASE,
      LEASE_GRPC_LISTEN: '0.0.0.0:50051',
      LEASE_GRACE: 'soon',
      LEASE_MIN_TTL: '48h',
    };
    expect(await invoke(['migrate'], env)).toMatchObject({ code: 0, err: '' });
  });

  it('says everything that is wrong, at once', async () => {
    const args = [
      'serve',
      '--bogus',
      '--grace',
      '5x',
      '--storage',
      'etcd',
      '--min-ttl',
      '30m',
      '--max-ttl',
      '20m',
    ];
    const { code, err } = await invoke(args, { LEASE_BRAKE_SHARE: 'half', LEASE_CLAIM_TTL: '5s' });
    expect(code).toBe(78);
    expect(err.trimEnd().split('\n')).toEqual([
      'error: --bogus is no flag of this command',
      'error: --storage: "etcd" is none of sqlite, memory, postgres',
      `error: --grace: "5x" ${DURATION}`,
      'error: LEASE_BRAKE_SHARE: "half" is no share such as 0.25 (above 0, at most 1)',
      'error: LEASE_CLAIM_TTL: 5s is not within 33s to 1h: a claim must outlast the longest attempt (30s), leave 1s for its answer and 2s to record how the attempt ended',
      'error: --min-ttl (30m) is above --max-ttl (20m)',
      'error: --min-ttl (30m) is above --default-ttl (5m by default)',
    ]);
  });

  it.each([
    ['a flag without its value', ['serve', '--grace'], "option '--grace <duration>' argument missing"],
    ['an unknown command', ['sevre'], "unknown command 'sevre'"],
    ['an unknown flag before the command', ['--grace', '5s', 'serve'], "unknown option '--grace'"],
    ['no command', [], 'Usage: lease-server'],
  ])('%s', async (_, args, message) => {
    const invoked = await invoke(args);
    expect(invoked.code).toBe(78);
    expect(invoked.err).toContain(message);
    expect(invoked.config).toBeUndefined();
  });

  it.each([
    ['a URL where none belongs', ['--storage', 'postgres://admin:hunter2@db/lease']],
    ['the value of an unknown flag', ['--database-url', 'postgres://admin:hunter2@db/lease']],
    ['the same, with an equals sign', ['--database-url=postgres://admin:hunter2@db/lease']],
    ['a stray argument', ['postgres://admin:hunter2@db/lease']],
    ['a secret of the wrong flag', ['--grace', SECRET_A]],
    ['a secret of an unknown flag', ['--signing-secret', SECRET_A]],
    ['the same, with an equals sign', [`--signing-secret=${SECRET_A}`]],
    ['a password with a slash', ['--storage', 'postgres://admin:hun/hunter2@db/lease']],
    ['a query', ['--storage', 'postgres://db/lease?password=hunter2']],
    ['a long user', ['--storage', `postgres://${'u'.repeat(60)}:hunter2@db/lease`]],
    ['a short flag', ['-phunter2']],
  ])('no secret is in the text: %s', async (_, flags) => {
    const { code, err } = await invoke(['serve', ...flags]);
    expect(code).toBe(78);
    expect(err).toMatch(/^error: /);
    for (const secret of ['hunter2', ...CANARIES]) expect(err).not.toContain(secret);
  });

  it.each([
    ['--database-url=postgres://u:hunter2@db/lease'],
    ['--token=hunter2'],
    [`--signing-secrets=${SECRET_A}`],
    [SECRET_A],
    ['postgres://u:hunter2@db/lease'],
  ])('no secret is in the text: %s before the command', async (arg) => {
    const { code, err } = await invoke([arg, 'serve']);
    expect(code).toBe(78);
    expect(err).toMatch(/^error: unknown (option|command) '/);
    for (const secret of ['hunter2', ...CANARIES]) expect(err).not.toContain(secret);
  });

  it('shows at most 64 characters of a value', async () => {
    const { err } = await invoke(['serve', '--grace', 'x'.repeat(10_000)]);
    expect(err).toBe(`error: --grace: "${'x'.repeat(64)}..." ${DURATION}\n`);
  });
});
