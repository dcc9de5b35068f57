import { createReadStream, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Secrets that tests hand to servers wherever a secret can be. None may ever be printed: `npm test` looks for them in all
 * that it and its servers wrote. No test has one in its name, or shows it when it fails.
 */
const CANARIES = /** @type {const} */ ({
  // In base64, 32 bytes.
  'signing secret': 'whsec_Y2FuYXJ5T2ZUaGVTaWduaW5nU2VjcmV0NGU5YjE3YWM=',
  'database password': 'canary-of-the-database-password-93c1e0',
  'callback header': 'canary-of-the-callback-header-b7d42f',
  'callback payload': 'canary-of-the-callback-payload-5f08aa',
  'callback query': 'canary-of-the-callback-query-c26e91',
  'callback password': 'canary-of-the-callback-password-08d7f3',
  'lease metadata': 'canary-of-the-lease-metadata-e41b6d',
});

/** @typedef {keyof typeof CANARIES} CanaryName */

export const canaryNames = /** @type {readonly CanaryName[]} */ (Object.keys(CANARIES));

/** Names the directory in which a run collects what its children print; unset: nobody looks. Nothing that a server reads. */
export const PRINTED_DIRECTORY = 'TEST_PRINTED_DIRECTORY';

/** In that directory, a file for each canary that was planted. */
const PLANTED = 'planted';

/**
 * The secret of that name, to be put where it must not come out again.
 * @param {CanaryName} name
 * @returns {string}
 */
export function canary(name) {
  const directory = process.env[PRINTED_DIRECTORY];
  if (directory !== undefined && !noted.has(name)) {
    noted.add(name);
    mkdirSync(join(directory, PLANTED), { recursive: true });
    writeFileSync(join(directory, PLANTED, name), '');
  }
  return CANARIES[name];
}

/** @type {Set<CanaryName>} */
const noted = new Set();

/**
 * Which canaries the tests of the run took.
 * @param {string} directory
 * @returns {readonly CanaryName[]}
 */
export function plantedIn(directory) {
  return canaryNames.filter((name) => existsSync(join(directory, PLANTED, name)));
}

/**
 * Looks for every canary in every file of the directory.
 * @param {string} directory
 * @returns {Promise<{ found: readonly { file: string, name: CanaryName }[], bytes: number }>} found: each canary once for each file
 */
export async function findCanaries(directory) {
  const found = [];
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const names = new Set();
    // What the last chunk ended with, in case that a canary begins there. Latin-1, as a byte is then a character.
    let tail = '';
    const longest = Math.max(...canaryNames.map((name) => CANARIES[name].length));
    for await (const chunk of createReadStream(join(directory, entry.name), { encoding: 'latin1' })) {
      bytes += chunk.length;
      const text = tail + chunk;
      for (const name of canaryNames) if (text.includes(CANARIES[name])) names.add(name);
      tail = text.slice(1 - longest);
    }
    for (const name of names) found.push({ file: entry.name, name });
  }
  return { found, bytes };
}
