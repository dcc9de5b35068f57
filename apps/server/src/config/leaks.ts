import { statSync } from 'node:fs';
import { echo } from './echo.js';
import type { Origin, Origins } from './origin.js';
import { flagName, SETTING_NAMES, SETTINGS, variableName } from './settings.js';

/** Says which secrets other users of this machine can see. */
export function leaks(origins: Origins): string[] {
  const warnings = new Set<string>();
  for (const name of SETTING_NAMES) {
    const origin = origins[name];
    const { secret } = SETTINGS[name];
    if (origin === undefined || origin.text === '' || secret === undefined) continue;
    if (secret === 'value' && origin.source === `--${flagName(name)}`)
      warnings.add(
        `${origin.name}: other users can see flags; ${variableName(name)} or a file keeps the secret`,
      );
    const holder = secret === 'value' ? origin.file : origin.text;
    if (holder !== undefined && othersMayRead(holder)) warnings.add(openFile(origin, holder));
  }
  return [...warnings];
}

function openFile({ name }: Origin, path: string): string {
  return `${name}: there is a secret in ${echo(path)}, and every user may read it`;
}

function othersMayRead(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  // Windows knows no such bits, and pipes have no readers but us.
  return process.platform !== 'win32' && stat?.isFile() === true && (stat.mode & 0o004) !== 0;
}
