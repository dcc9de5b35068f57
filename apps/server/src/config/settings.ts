import { ALERT_SETTINGS } from './settings/alerts.js';
import { CLEANUP_SETTINGS } from './settings/cleanups.js';
import { LEASE_SETTINGS } from './settings/leases.js';
import { SERVING_SETTINGS } from './settings/serving.js';
import type { Setting } from './settings/setting.js';
import { STORAGE_SETTINGS } from './settings/storage.js';

/** The settings by what they are about. */
export const SECTIONS = {
  Serving: SERVING_SETTINGS,
  Storage: STORAGE_SETTINGS,
  Leases: LEASE_SETTINGS,
  Cleanups: CLEANUP_SETTINGS,
  Alerts: ALERT_SETTINGS,
} as const;

/**
 * Every setting of the server. Its name makes the flag (`minTtlMs`: `--min-ttl`; a unit at the end is left out), the key
 * in a file (`min-ttl`) and the variable (`LEASE_MIN_TTL`).
 */
export const SETTINGS = {
  ...SECTIONS.Serving,
  ...SECTIONS.Storage,
  ...SECTIONS.Leases,
  ...SECTIONS.Cleanups,
  ...SECTIONS.Alerts,
} as const;

export type SettingName = keyof typeof SETTINGS;

/** A value for each setting. Durations are in milliseconds. */
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Those that say which database it is, and all that `lease-server migrate` needs. */
export const DATABASE_SETTING_NAMES = ['databaseUrl', 'databaseUrlFile', 'databaseSchema'] as const;

/** `minTtlMs`: `min-ttl`. */
export function flagName(name: SettingName): string {
  return name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `minTtlMs`: `LEASE_MIN_TTL`. */
export function variableName(name: SettingName): string {
  return `LEASE_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
}
