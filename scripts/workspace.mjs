import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute, without a trailing slash. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} dir absolute
 * @property {{ name: string, version: string, private?: boolean, exports?: Record<string, unknown>,
 *   dependencies?: Record<string, string> }} manifest
 */

/**
 * @param {string} file
 * @returns {any}
 */
export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * The packages and apps of the workspace.
 * @returns {Member[]}
 */
export function workspace() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((entry) => join(root, group, entry))
      .filter((dir) => existsSync(join(dir, 'package.json')))
      .map((dir) => {
        /** @type {Member['manifest']} */
        const manifest = readJson(join(dir, 'package.json'));
        return { name: manifest.name, dir, manifest };
      }),
  );
}

/**
 * What may be imported from the libraries, and the source file behind each: `.` is `src/index.ts`, `./x` is
 * `src/x/index.ts`.
 * @returns {{ specifier: string, source: string }[]}
 */
export function specifiers() {
  return workspace().flatMap(({ name, dir, manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => ({
        specifier: name + entry.slice(1),
        source: join(dir, 'src', entry, 'index.ts'),
      })),
  );
}
