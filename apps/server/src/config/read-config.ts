import { type ConfigFile, readConfigFile } from './config-file.js';
import { contradictions } from './contradictions.js';
import { leaks } from './leaks.js';
import { fromDefault, fromFile, fromFlag, fromVariable, type Origin, type Origins } from './origin.js';
import { risks } from './risks.js';
import { type Config, SETTING_NAMES, type SettingName, SETTINGS, variableName } from './settings.js';
import { tlsWarnings } from './tls-checks.js';
import { unknownVariables } from './unknown-variables.js';

/** The text of each setting that was given as a flag, and of `--config`. */
export type Flags = Readonly<Partial<Record<SettingName | 'config', string>>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the file; a flag and a variable only, since files name no further files. */
export const CONFIG_FILE = {
  flag: 'config',
  variable: 'LEASE_CONFIG',
  placeholder: 'file',
  doc: 'a file with settings, in YAML: their names without the dashes',
} as const;

export interface GoodConfig {
  readonly ok: true;
  readonly config: Config;
  /** Where each setting comes from. */
  readonly origins: Origins;
  /** What is allowed and may still be a mistake, as sentences. */
  readonly warnings: readonly string[];
}

export type ConfigResult = GoodConfig | { readonly ok: false; readonly errors: readonly string[] };

export interface ReadOptions {
  /** Those that the environment and the file are asked for: the others are not the command's business, right or wrong. */
  readonly wanted?: readonly SettingName[];
  /** Wall clock, for certificates. Default: now. */
  readonly nowMs?: number;
}

/**
 * Flags before environment before file before defaults; an empty variable counts as unset. Finds everything that is
 * wrong. What is overridden is not looked at.
 */
export function readConfig(flags: Flags, env: Environment, options: ReadOptions = {}): ConfigResult {
  const { wanted = SETTING_NAMES, nowMs = Date.now() } = options;
  const file = fileFor(flags, env);
  const errors = [...file.errors];
  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, Origin>> = {};
  for (const name of SETTING_NAMES) {
    const origin = originOf(name, flags[name], wanted.includes(name) ? { env, file } : undefined);
    if (origin === undefined) continue;
    origins[name] = origin;
    const parsed = SETTINGS[name].kind.parse(origin.text);
    if ('value' in parsed) values[name] = parsed.value;
    else errors.push(`${origin.name}: ${parsed.flaw}`);
  }
  // Each value was made by the kind of its own setting.
  const config = values as Partial<Config>;
  errors.push(...contradictions(config, origins, nowMs));
  if (errors.length > 0) return { ok: false, errors };
  // Nothing is missing where nothing is wrong.
  const good = config as Config;
  return {
    ok: true,
    config: good,
    origins,
    warnings: [
      ...risks(good, origins),
      ...tlsWarnings(good, origins, nowMs),
      ...leaks(origins),
      ...unknownVariables(env),
    ],
  };
}

function fileFor(flags: Flags, env: Environment): ConfigFile {
  // A file named by an empty flag is a mistake; an empty variable counts as unset.
  if (flags.config !== undefined) return readConfigFile(flags.config, `--${CONFIG_FILE.flag}`);
  const path = env[CONFIG_FILE.variable];
  if (path) return readConfigFile(path, CONFIG_FILE.variable);
  return { path: '', entries: new Map(), errors: [], legible: true };
}

/** `undefined`: the setting may be in the file, and what it is there cannot be said. */
function originOf(
  name: SettingName,
  flag: string | undefined,
  others: { readonly env: Environment; readonly file: ConfigFile } | undefined,
): Origin | undefined {
  if (flag !== undefined) return fromFlag(name, flag);
  if (others !== undefined) {
    const variable = others.env[variableName(name)];
    if (variable) return fromVariable(name, variable);
    const { path, entries, legible } = others.file;
    const entry = entries.get(name);
    if (entry !== undefined) return fromFile(name, entry.text, entry.place, path);
    if (!legible || entries.has(name)) return undefined;
  }
  return fromDefault(name, SETTINGS[name].default);
}
