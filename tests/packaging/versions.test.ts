import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../scripts/run.mjs';
import { readJson, root, workspace } from '../../scripts/workspace.mjs';

const git = promisify(execFile).bind(undefined, 'git');
const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid'];
const packages = workspace().filter(({ manifest }) => manifest.private !== true);
let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lease-versions-'));
  const manifests = [
    root,
    join(root, 'tests'),
    join(root, 'demo'),
    join(root, 'bench'),
    ...workspace().map(({ dir }) => dir),
  ];
  const files = ['pnpm-workspace.yaml', '.changeset/config.json'].concat(
    manifests.map((dir) => join(relative(root, dir), 'package.json')),
  );
  for (const file of files) {
    await mkdir(join(scratch, file, '..'), { recursive: true });
    await copyFile(join(root, file), join(scratch, file));
  }
  await git(['init', '-q', '-b', 'main'], { cwd: scratch });
  await git(['add', '-A'], { cwd: scratch });
  await git([...identity, 'commit', '-q', '-m', 'scratch'], { cwd: scratch });
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** The packages whose version `changeset version` moves, given one changeset. */
async function bumped(name: string, bump: 'patch' | 'minor'): Promise<string[]> {
  await writeFile(join(scratch, '.changeset', 'one.md'), `---\n'${name}': ${bump}\n---\n\nA change.\n`);
  const { ok, output } = await run('changeset', ['version'], { cwd: scratch });
  expect(ok, output).toBe(true);
  return packages
    .filter(({ dir, manifest }) => {
      const now = readJson(join(scratch, relative(root, dir), 'package.json')) as { version: string };
      return now.version !== manifest.version;
    })
    .map((one) => one.name);
}

/**
 * The named package and those that depend on it directly. They are bumped by a patch, to take the new range; that stays
 * within the range of those that depend on them, so it goes no further.
 */
function withDependants(name: string): string[] {
  return packages
    .filter((one) => one.name === name || Object.hasOwn(one.manifest.dependencies ?? {}, name))
    .map((one) => one.name);
}

test.each(packages.map(({ name }) => name))(
  'a breaking change of %s bumps it and its dependants, and nothing else',
  async (name) => {
    expect(await bumped(name, 'minor')).toEqual(withDependants(name));
  },
);

test('a fix that its dependants accept bumps one package', async () => {
  expect(await bumped('@lease/protocol', 'patch')).toEqual(['@lease/protocol']);

  const log = await readFile(join(scratch, 'packages', 'protocol', 'CHANGELOG.md'), 'utf8');
  expect(log).toContain('A change.');
});
