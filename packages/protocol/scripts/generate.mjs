// Writes src/gen from proto/ and third_party/. With --check it writes nothing, and fails if src/gen is not what it
// would write.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/workspace.mjs';

const committed = join(root, 'packages/protocol/src/gen');
const scratch = mkdtempSync(join(tmpdir(), 'lease-protocol-'));
try {
  const fresh = generate(scratch);
  if (!process.argv.includes('--check')) replace(fresh);
  else if (!same(fresh)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true });
}

/**
 * @param {string} base
 * @returns {string} the directory with the generated sources
 */
function generate(base) {
  buf('generate', '--output', base);
  const dir = join(base, 'packages/protocol/src/gen');
  for (const file of sources(dir)) {
    const path = join(dir, file);
    writeFileSync(path, keepMapKeys(readFileSync(path, 'utf8')));
  }
  const image = join(base, 'descriptors.binpb');
  buf('build', '--as-file-descriptor-set', '--exclude-source-info', '--output', image);
  writeFileSync(join(dir, 'file-descriptor-set.ts'), descriptorSource(readFileSync(image)));
  return dir;
}

/** @param {string[]} args */
function buf(...args) {
  const launcher = join(root, 'node_modules/@bufbuild/buf/bin/buf');
  execFileSync(process.execPath, [launcher, ...args], { cwd: root, stdio: 'inherit' });
}

/**
 * toJSON collects a map's entries in `{}`, where assigning to `__proto__` stores nothing. An object without a prototype
 * keeps every key.
 * @param {string} source
 */
function keepMapKeys(source) {
  return source.replaceAll(/^(\s+obj\.\w+ = )\{\};$/gm, '$1globalThis.Object.create(null);');
}

/** @param {Buffer} bytes */
function descriptorSource(bytes) {
  const lines = bytes.toString('base64').match(/.{1,100}/g) ?? [];
  return [
    '// google.protobuf.FileDescriptorSet of every file of the contract and of what they import, in base64.',
    'export const fileDescriptorSetBase64 =',
    lines.map((line) => `  '${line}'`).join(' +\n') + ';\n',
  ].join('\n');
}

/** @param {string} fresh */
function replace(fresh) {
  rmSync(committed, { recursive: true, force: true });
  mkdirSync(committed, { recursive: true });
  cpSync(fresh, committed, { recursive: true });
}

/** @param {string} fresh */
function same(fresh) {
  const files = [...new Set([...sources(fresh), ...sources(committed)])].sort();
  const stale = files.filter((file) => read(join(fresh, file)) !== read(join(committed, file)));
  for (const file of stale) console.error(`not as generated: packages/protocol/src/gen/${file}`);
  if (stale.length > 0) console.error('run `npm run generate` in packages/protocol');
  return stale.length === 0;
}

/** @param {string} dir */
function sources(dir) {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // On one side only.
  }
}
