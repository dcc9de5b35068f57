import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
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
  'integration/cluster/!(pause|start).test.ts',
  'integration/collection/**/*.test.ts',
  'integration/client/blocked.test.ts',
  'integration/grpc/cleanup-prompt.test.ts',
];

/** They take half a minute or more. */
const LONG = [
  /storage\/(laws|model[\w-]*|vanished)|mutants\/shared-mutants/,
  /service\/(crash|lifecycle)|cluster\/(faults|start)|integration\/alerts\/\w+/,
  /grpc\/(cleanup|cleanup-count|cleanup-attempts)|e2e\/(configuration|dead-letter|operator)/,
].map(({ source }) => new RegExp(`/(${source})\\.test\\.ts$`));

/** The long ones first: none of them shall be what all cores but one wait for at the end. By itself, vitest knows sizes. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((long) => long.test(moduleId));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Vitest's own default leaves one core idle, for a screen that nobody looks at.
    maxWorkers: '100%',
    sequence: { sequencer: LongFirst },
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
          // They wait for servers, for leases to end and for retries to be due, half of the time.
          maxWorkers: 2 * availableParallelism(),
          // Each thus has half a core; what must happen soon has a deadline of its own.
          testTimeout: 60_000,
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
