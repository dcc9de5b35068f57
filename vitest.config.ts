import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { specifiers, workspace } from './scripts/workspace.mjs';

/** Every `@lease/*` specifier resolves to its source, so that tests need no build of the libraries. */
const alias = specifiers().map(({ specifier, source }) => ({
  find: new RegExp(`^${specifier}$`),
  replacement: source,
}));

/** Starts the PostgreSQL that the projects with a database share. */
const globalSetup = fileURLToPath(new URL('tests/helpers/postgres/global-setup.ts', import.meta.url));

const units = workspace()
  .filter(({ dir }) => existsSync(`${dir}/test`))
  .map(({ dir, name }) => ({
    extends: true as const,
    test: {
      name: name.replace('@lease/', ''),
      root: dir,
      include: ['test/**/*.test.ts'],
      ...(name.endsWith('-postgres') ? { globalSetup } : {}),
    },
  }));

/** They compute, or wait for a database: with the unit tests, as many at a time as there are cores. */
const STORES = [
  'integration/{storage,database,cross-backend}/**/*.test.ts',
  'collection/**/*.test.ts',
  'mutants/**/*.test.ts',
  'packaging/**/*.test.ts',
];

/** They measure how late things are, or load the machine to see what breaks: one file at a time, after all others. */
const TIMED = [
  'integration/{service,cluster,collection}/**/*.test.ts',
  'integration/client/blocked.test.ts',
  'integration/grpc/cleanup-prompt.test.ts',
];

export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Vitest's own default leaves one core idle, for a screen that nobody looks at.
    maxWorkers: '100%',
    projects: [
      ...units,
      {
        extends: true,
        test: { name: 'simulation', root: 'tests', include: ['simulation/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'stores', root: 'tests', include: [...STORES], globalSetup },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          root: 'tests',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', 'simulation/**', ...STORES, ...TIMED],
          globalSetup,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          root: 'tests',
          include: [...TIMED],
          globalSetup,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
