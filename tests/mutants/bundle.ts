import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { specifiers } from '../../scripts/workspace.mjs';

const require = createRequire(import.meta.url);

/** Our own packages are their sources. */
const alias = Object.fromEntries(specifiers().map(({ specifier, source }) => [specifier, source]));

/**
 * Puts a module and all that it imports into one file, with some sources replaced: nothing is copied, and a module that is
 * spoiled cannot be mixed with its original.
 */
export async function bundle(
  entry: string,
  spoiled: ReadonlyMap<string, string>,
  outfile: string,
): Promise<void> {
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    tsconfigRaw: '{}',
    alias,
    plugins: [outside, replacing(spoiled)],
  });
}

/** Large, and the same for every mutant; loaded as it is, and only if something is used of it. */
const outside: esbuild.Plugin = {
  name: 'outside',
  setup(build) {
    build.onResolve({ filter: /^@grpc\// }, ({ path }) => ({
      path: pathToFileURL(require.resolve(path)).href,
      external: true,
      sideEffects: false,
    }));
  },
};

function replacing(spoiled: ReadonlyMap<string, string>): esbuild.Plugin {
  return {
    name: 'replacing',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = spoiled.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}
