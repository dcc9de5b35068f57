import { contradictions } from './contradictions.js';
import {
  type Config,
  flagName,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  variableName,
} from './settings.js';

/** The text of each setting that was given as a flag. */
export type Flags = Readonly<Partial<Record<SettingName, string>>>;

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly errors: readonly string[] };

/** Flags before environment before defaults; an empty variable counts as unset. Finds everything that is wrong. */
export function readConfig(flags: Flags, env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const errors: string[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const { kind, default: fallback } = SETTINGS[name];
    const given = flags[name];
    const variable = env[variableName(name)];
    const parsed = kind.parse(given ?? (variable || fallback));
    if ('value' in parsed) values[name] = parsed.value;
    else errors.push(`${given === undefined ? variableName(name) : `--${flagName(name)}`}: ${parsed.flaw}`);
  }
  // Each value was made by the kind of its own setting.
  const config = values as Partial<Config>;
  errors.push(...contradictions(config));
  return errors.length === 0 ? { ok: true, config: config as Config } : { ok: false, errors };
}
