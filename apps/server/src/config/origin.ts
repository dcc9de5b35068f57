import { formatDuration } from './duration.js';
import { formatListenAddress, type ListenAddress } from './listen-address.js';
import { flagName, type SettingName, variableName } from './settings.js';

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

/** The name with the value in brackets, and whether nobody chose it: `--grace (5s by default)`. */
export function named(origins: Origins, name: SettingName, value: number | string | ListenAddress): string {
  const shown =
    typeof value === 'number'
      ? formatDuration(value)
      : typeof value === 'string'
        ? value
        : formatListenAddress(value);
  const chosen = origins[name]?.source === DEFAULT ? ' by default' : '';
  return `${nameOf(origins, name)} (${shown}${chosen})`;
}
