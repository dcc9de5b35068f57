import { inspect } from 'node:util';
import { Command, type CommanderError, Option } from 'commander';
import { addCleanups } from './cleanups/cleanups.js';
import type { Terminal } from './cleanups/shell.js';
import { didYouMean } from './config/did-you-mean.js';
import { echo, withoutSecrets } from './config/echo.js';
import { CONFIG_FILE, type Flags, type GoodConfig, readConfig } from './config/read-config.js';
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
import { configJson, configTable } from './print-config.js';

const PRECEDENCE = `
Flags go before environment variables, these before the file, this before the defaults. Durations read 500ms, 30s, 5m
or 24h. Every setting, with its reason: docs/configuration.md.`;

const SERVE_NOTES = `${PRECEDENCE}
The server prints one line on stdout when it is ready, JSON with the addresses that it serves on; it logs to stderr.

Exit codes: 0 stopped by a signal, 69 a port, the disk or the database is not to be had, 70 a fault of ours,
            71 a listener could not be opened, 74 the store could be opened and then not be used,
            75 the data directory is in use by another server, 76 the store cannot be used as it is,
            78 the configuration is wrong`;

const MIGRATE_NOTES = `
A server does the same when it starts. This is for databases whose servers may not make tables: run it once per
version, as a user who may, and before the servers of that version start.`;

const CONFIG_NOTES = `${PRECEDENCE}
Give it the flags, the environment and the file that the server gets. Secrets are shown as (set). What is risky is said on
stderr. Exit codes: 0 the configuration is right, 78 it is wrong.`;

export interface Invocation {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly serve: (config: Config, warnings: readonly string[]) => Promise<undefined>;
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
  program
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(withoutValues(text)),
    });
  for (const subcommand of subcommandsOf(invocation)) {
    const { name, description, notes, settings, fixed, switches, run } = subcommand;
    const command = program
      .command(name)
      .description(description)
      .addHelpText('after', notes)
      // So that an unknown flag is reported with everything else that is wrong.
      .allowUnknownOption()
      .allowExcessArguments();
    for (const [flag, doc] of switches) command.option(flag, doc);
    const { flag, placeholder, doc, variable } = CONFIG_FILE;
    command.option(`--${flag} <${placeholder}>`, `${doc} (default none, env ${variable})`);
    for (const setting of settings) command.addOption(optionFor(setting));
    command.action(async (options: Readonly<Record<string, string | true>>) => {
      const strangers = strangersIn(
        command.args,
        command.options.map(({ long }) => long ?? ''),
      );
      const result = readConfig({ ...flagsIn(options), ...fixed }, env, { wanted: settings });
      if (result.ok && strangers.length === 0) {
        code = await run(result, options);
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
    if (isCommanderError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.config;
    // Node would exit with 1, which says that something was refused.
    err(`fault of ours: ${inspect(error)}\n`);
    return EXIT.software;
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
  /** Its flags that are no settings. */
  readonly switches: readonly (readonly [flag: string, doc: string])[];
  /** Resolves to an exit code, or to `undefined` if the process is to live on. */
  readonly run: (
    read: GoodConfig,
    options: Readonly<Record<string, string | true>>,
  ) => Promise<number | undefined>;
}

function subcommandsOf({ serve, migrate, out, err }: Invocation): readonly Subcommand[] {
  return [
    {
      name: 'serve',
      description: 'serve leases, and collect what nobody holds any more',
      notes: SERVE_NOTES,
      settings: SETTING_NAMES,
      fixed: {},
      switches: [],
      run: ({ config, warnings }) => serve(config, warnings),
    },
    {
      name: 'config',
      description: 'check the configuration, print what holds and who said so, and exit',
      notes: CONFIG_NOTES,
      settings: SETTING_NAMES,
      fixed: {},
      switches: [['--json', 'print JSON']],
      run: (read, { json }) => {
        out(json === true ? configJson(read) : configTable(read));
        err(read.warnings.map((warning) => `warning: ${warning}\n`).join(''));
        return Promise.resolve(EXIT.ok);
      },
    },
    {
      name: 'migrate',
      description: 'make the tables of this version in a PostgreSQL database, and exit',
      notes: MIGRATE_NOTES,
      settings: DATABASE_SETTING_NAMES,
      fixed: { storage: 'postgres' },
      switches: [],
      run: ({ config }) => migrate(config),
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
  return 'isList' in kind
    ? option.argParser((text: string, before: string | undefined) =>
        before === undefined ? text : `${before},${text}`,
      )
    : option;
}

/** Commander's options by the names of the settings; a switch that stands alone is on. */
function flagsIn(options: Readonly<Record<string, string | true>>): Flags {
  const given = [
    ...SETTING_NAMES.map((name) => [name, options[optionFor(name).attributeName()]] as const),
    [CONFIG_FILE.flag, options[CONFIG_FILE.flag]] as const,
  ];
  return Object.fromEntries(
    given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value === true ? 'true' : value]])),
  );
}

/** Arguments that mean nothing. What follows an unknown flag is most likely its value, and maybe a secret. */
function strangersIn(args: readonly string[], known: readonly string[]): string[] {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.length === 0) return args.map((arg) => `${echo(arg)} is no argument of this command`);
  return flags.map((arg) => {
    // The value of a short flag may follow without a sign between.
    const flag = arg.startsWith('--') ? (arg.split('=', 1)[0] ?? arg) : arg.slice(0, 2);
    const shown = /^--?[a-z][a-z0-9-]{0,62}$/i.test(flag) ? flag : echo(flag);
    return `${shown} is no flag of this command${didYouMean(flag, known)}`;
  });
}

/** Commander quotes what it does not know, with its value. */
function withoutValues(text: string): string {
  return withoutSecrets(text.replace(/(unknown option '[^'=]*)=[^]*'/, "$1'"));
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && error.name === 'CommanderError';
}
