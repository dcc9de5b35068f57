import { inline, withoutSecrets } from './config/echo.js';
import type { GoodConfig } from './config/read-config.js';
import { flagName, SETTING_NAMES, type SettingName, SETTINGS } from './config/settings.js';

const HEADINGS = ['setting', 'value', 'source'] as const;

/** The effective configuration as a table for people: what holds, and who said so. Ends with a newline. */
export function configTable({ origins }: Pick<GoodConfig, 'origins'>): string {
  const rows = SETTING_NAMES.map((name) => {
    const value = shownValue(name, origins);
    return [flagName(name), value === '' ? '(none)' : inline(value), origins[name]?.source ?? ''] as const;
  });
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** The same for programs, with the warnings. */
export function configJson({ origins, warnings }: Pick<GoodConfig, 'origins' | 'warnings'>): string {
  const settings = Object.fromEntries(
    SETTING_NAMES.map((name) => [
      flagName(name),
      { value: shownValue(name, origins), source: origins[name]?.source },
    ]),
  );
  return `${JSON.stringify({ settings, warnings }, null, 2)}\n`;
}

/** As it was given; of a secret, only whether it was. */
function shownValue(name: SettingName, origins: GoodConfig['origins']): string {
  const text = origins[name]?.text ?? '';
  return SETTINGS[name].secret === 'value' && text !== '' ? '(set)' : withoutSecrets(text);
}
