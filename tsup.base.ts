import { defineConfig, type Options } from 'tsup';

/** One build for every package: ESM and CommonJS with their declarations, for Node 20 and newer. */
export function library(options: Pick<Options, 'entry'> & Partial<Options>) {
  return defineConfig({
    format: ['esm', 'cjs'],
    // TypeScript 6 reports `baseUrl`, which the declaration bundler sets on its own.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    target: 'node20',
    platform: 'node',
    removeNodeProtocol: false,
    clean: true,
    sourcemap: true,
    // Entries share their chunks, in CommonJS too, so that a class is the same from every entry.
    splitting: true,
    silent: true,
    ...options,
  });
}

/** An executable: ESM only, nothing imports it, so it needs no declarations. */
export function executable(options: Pick<Options, 'entry'> & Partial<Options>) {
  return library({ format: ['esm'], dts: false, ...options });
}
