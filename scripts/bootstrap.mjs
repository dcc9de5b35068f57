// Makes a clone ready to run: installs what the lockfile says and builds what changed (not with --no-build). Needs
// Node and npm only.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { readJson, root, workspace } from './workspace.mjs';

const stamp = join(root, 'node_modules', '.lease-installed');

/** Changes whenever another install is due: the lockfile, a manifest, the Node version or the platform. */
function wanted() {
  const manifests = [
    root,
    ...workspace().map(({ dir }) => dir),
    join(root, 'tests'),
    join(root, 'demo'),
    join(root, 'bench'),
  ];
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((file) => join(root, file));
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`);
  for (const file of [...files, ...manifests.map((dir) => join(dir, 'package.json'))]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

const installed = () =>
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === wanted() &&
  workspace().every(({ dir, manifest }) => !manifest.dependencies || existsSync(join(dir, 'node_modules')));

/**
 * @param {string} doing
 * @param {string} command
 * @param {readonly string[]} args
 */
async function step(doing, command, args) {
  process.stderr.write(`${doing} ... `);
  const { ok, seconds, output } = await run(command, args);
  process.stderr.write(`${ok ? 'done' : 'FAILED'} in ${seconds.toFixed(1)} s\n`);
  if (ok) return;
  process.stderr.write(output);
  process.exit(1);
}

if (!installed()) {
  // An install that is cut short leaves no stamp, so the next run finishes it.
  rmSync(stamp, { force: true });
  const { packageManager } = readJson(join(root, 'package.json'));
  // node_modules of another HOME point at another pnpm store; pnpm would ask whether to replace them.
  const install = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  await step('Installing dependencies', 'npx', ['-y', packageManager, ...install]);
  writeFileSync(stamp, wanted());
}
if (!process.argv.includes('--no-build')) {
  await step('Building packages', 'turbo', ['run', 'build', '--output-logs=errors-only']);
}
