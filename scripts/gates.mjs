/** What `npm run check` proves, in this order. Each command exits 0 if and only if its gate holds. */
export const gates = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', command: ['eslint', '.', '--max-warnings=0'] },
  { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
  { name: 'file-length', command: ['node', 'scripts/check-file-length.mjs'] },
  {
    name: 'imports',
    command: ['depcruise', '--config', '.dependency-cruiser.cjs', '.'],
  },
  { name: 'unused', command: ['knip', '--no-config-hints'] },
  { name: 'wire-lint', command: ['buf', 'lint'] },
  { name: 'wire-frozen', command: ['node', 'scripts/check-wire-frozen.mjs'] },
  { name: 'generated', command: ['node', 'packages/protocol/scripts/generate.mjs', '--check'] },
  { name: 'config-docs', command: ['tsx', 'apps/server/scripts/configuration.ts', '--check'] },
  { name: 'generated-metrics', command: ['tsx', 'packages/metrics/scripts/generate.ts', '--check'] },
  { name: 'packages', command: ['node', 'scripts/check-packages.mjs'] },
  { name: 'lockfile', command: ['node', 'scripts/check-lockfile.mjs'] },
];
