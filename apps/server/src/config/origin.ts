import { cut, inline, withoutSecrets } from './echo.js';
import { flagName, type SettingName, SETTINGS, variableName } from './settings.js';

/** Where the text of a setting comes from. */
export interface Origin {
  readonly text: string;
  /** What messages call the setting: `--min-ttl`, `LEASE_MIN_TTL`, `lease.yaml:3 min-ttl`. */
  readonly name: string;
  /** For a list of settings: `--min-ttl`, `LEASE_MIN_TTL`, `lease.yaml:3`, `default`. */
  readonly source: string;
  /** The configuration file that it stands in. */
  readonly file?: string;
}

export type Origins = Readonly<Partial<Record<SettingName, Origin>>>;

const DEFAULT = 'default';

export function fromFlag(name: SettingName, text: string): Origin {
  const flag = `--${flagName(name)}`;
  return { text, name: flag, source: flag };
}

export function fromVariable(name: SettingName, text: string): Origin {
  const variable = variableName(name);
  return { text, name: variable, source: variable };
}

/** `place`: `lease.yaml:3`. */
export function fromFile(name: SettingName, text: string, place: string, file: string): Origin {
  return { text, name: `${place} ${flagName(name)}`, source: place, file };
}

export function fromDefault(name: SettingName, text: string): Origin {
  return { text, name: `--${flagName(name)}`, source: DEFAULT };
}

/** What messages call the setting. */
export function nameOf(origins: Origins, name: SettingName): string {
  return origins[name]?.name ?? `--${flagName(name)}`;
}

/** The text as it was given, as everybody may see it: of a secret, only whether there is one. Empty: none. */
export function shownText(origins: Origins, name: SettingName): string {
  const text = origins[name]?.text ?? '';
  return SETTINGS[name].secret === 'value' && text !== '' ? '(set)' : withoutSecrets(text);
}

/** The name with the value in brackets, and whether nobody chose it: `--grace (5s by default)`. */
export function named(origins: Origins, name: SettingName): string {
  const chosen = origins[name]?.source === DEFAULT ? ' by default' : '';
  return `${nameOf(origins, name)} (${cut(inline(shownText(origins, name)))}${chosen})`;
}
