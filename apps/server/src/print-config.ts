import { inline } from './config/echo.js';
import { shownText } from './config/origin.js';
import type { GoodConfig } from './config/read-config.js';
import { flagName, SETTING_NAMES } from './config/settings.js';

const HEADINGS = ['setting', 'value', 'source'] as const;

/** The effective configuration as a table for people: what holds, and who said so. Ends with a newline. */
export function configTable({ origins }: Pick<GoodConfig, 'origins'>): string {
  const rows = SETTING_NAMES.map((name) => {
    const value = shownText(origins, name);
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
      { value: shownText(origins, name), source: origins[name]?.source },
    ]),
  );
  return `${JSON.stringify({ settings, warnings }, null, 2)}\n`;
}
