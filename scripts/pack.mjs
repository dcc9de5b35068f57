import { join } from 'node:path';
import { run } from './run.mjs';
import { workspace } from './workspace.mjs';

/**
 * Packs every publishable package as it would be published. Needs a build.
 * @param {string} destination an existing directory
 * @returns {Promise<{ name: string, tarball: string, library: boolean }[]>} library: it exports modules
 */
export async function pack(destination) {
  const publishable = workspace().filter(({ manifest }) => manifest.private !== true);
  return Promise.all(
    publishable.map(async ({ name, dir, manifest }) => {
      const tarball = join(destination, `${name.replace('@lease/', 'lease-')}-${manifest.version}.tgz`);
      const { ok, output } = await run('pnpm', ['pack', '--out', tarball], { cwd: dir });
      if (!ok) throw new Error(`pnpm pack of ${name} failed:\n${output}`);
      return { name, tarball, library: manifest.exports?.['.'] !== undefined };
    }),
  );
}
