import { Command, type CommanderError, Option } from 'commander';
import { addCleanups } from './cleanups/cleanups.js';
import type { Terminal } from './cleanups/shell.js';
import { echo } from './config/echo.js';
import { type Flags, readConfig } from './config/read-config.js';
import {
  type Config,
  DATABASE_SETTING_NAMES,
  flagName,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  variableName,
} from './config/settings.js';
import { EXIT } from './exit-code.js';

const SERVE_NOTES = `
Flags go before environment variables. Durations read 500ms, 30s, 5m or 24h.
The server prints one line on stdout when it is ready, JSON with the addresses that it serves on; it logs to stderr.

Exit codes: 0 stopped by a signal, 69 a port or the disk is not to be had, 70 a fault of ours,
            75 the data directory is in use by another server, 76 the store cannot be used by this version,
            78 the configuration is wrong`;

const MIGRATE_NOTES = `
A server does the same when it starts. This is for databases whose servers may not make tables: run it once per
version, as a user who may, and before the servers of that version start.`;

export interface Invocation {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly serve: (config: Config) => Promise<undefined>;
  readonly migrate: (config: Config) => Promise<number>;
  readonly terminal: Terminal;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the command line; resolves to an exit code, or to `undefined` once the server serves. */
export async function runCommand(invocation: Invocation): Promise<number | undefined> {
  const { args, env, version, terminal, out, err } = invocation;
  let code: number | undefined;
  const program = new Command('lease-server').description(
    'A lease-based garbage collector for distributed systems',
  );
  // Sub-commands inherit these when they are made, so they come first.
  program.version(version).exitOverride().configureOutput({ writeOut: out, writeErr: err });
  for (const subcommand of subcommandsOf(invocation)) {
    const { name, description, notes, settings, fixed, run } = subcommand;
    const command = program
      .command(name)
      .description(description)
      .addHelpText('after', notes)
      // So that an unknown flag is reported with everything else that is wrong.
      .allowUnknownOption()
      .allowExcessArguments();
    for (const setting of settings) command.addOption(optionFor(setting));
    command.action(async (options: Readonly<Record<string, string | true>>) => {
      const strangers = strangersIn(command.args);
      const result = readConfig({ ...flagsIn(options), ...fixed }, variablesOf(settings, env));
      if (result.ok && strangers.length === 0) {
        code = await run(result.config);
        return;
      }
      const errors = [...strangers, ...(result.ok ? [] : result.errors)];
      err(errors.map((error) => `error: ${error}\n`).join(''));
      code = EXIT.config;
    });
  }
  addCleanups(program, { env, terminal, out, err, exit: (given) => (code = given) });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    code = error.exitCode === 0 ? EXIT.ok : EXIT.config;
  }
  return code;
}

interface Subcommand {
  readonly name: string;
  readonly description: string;
  readonly notes: string;
  /** Those that it takes; the others have their defaults. */
  readonly settings: readonly SettingName[];
  readonly fixed: Flags;
  /** Resolves to an exit code, or to `undefined` if the process is to live on. */
  readonly run: (config: Config) => Promise<number | undefined>;
}

function subcommandsOf({ serve, migrate }: Invocation): readonly Subcommand[] {
  return [
    {
      name: 'serve',
      description: 'serve leases, and collect what nobody holds any more',
      notes: SERVE_NOTES,
      settings: SETTING_NAMES,
      fixed: {},
      run: serve,
    },
    {
      name: 'migrate',
      description: 'make the tables of this version in a PostgreSQL database, and exit',
      notes: MIGRATE_NOTES,
      settings: DATABASE_SETTING_NAMES,
      fixed: { storage: 'postgres' },
      run: migrate,
    },
  ];
}

function optionFor(name: SettingName): Option {
  const { kind, default: fallback, doc } = SETTINGS[name];
  const isSwitch = kind.placeholder === 'true|false';
  const value = isSwitch ? `[${kind.placeholder}]` : `<${kind.placeholder}>`;
  const option = new Option(
    `--${flagName(name)} ${value}`,
    `${doc} (default ${fallback === '' ? 'none' : fallback}, env ${variableName(name)})`,
  );
  return name === 'allowCleanupTarget'
    ? option.argParser((text: string, before: string | undefined) =>
        before === undefined ? text : `${before},${text}`,
      )
    : option;
}

/** What the environment says of these settings. Others are not the command's business, right or wrong. */
function variablesOf(settings: readonly SettingName[], env: Invocation['env']): Invocation['env'] {
  return Object.fromEntries(settings.map(variableName).map((name) => [name, env[name]]));
}

/** Commander's options by the names of the settings; a switch that stands alone is on. */
function flagsIn(options: Readonly<Record<string, string | true>>): Flags {
  const given = SETTING_NAMES.map((name) => [name, options[optionFor(name).attributeName()]] as const);
  return Object.fromEntries(
    given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value === true ? 'true' : value]])),
  );
}

/** Arguments that mean nothing. What follows an unknown flag is most likely its value, and maybe a secret. */
function strangersIn(args: readonly string[]): string[] {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.length > 0)
    return flags.map((arg) => `${arg.split('=', 1)[0] ?? arg} is no flag of this command`);
  return args.map((arg) => `${echo(arg)} is no argument of this command`);
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && error.name === 'CommanderError';
}
