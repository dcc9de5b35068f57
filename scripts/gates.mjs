/**
 * What `npm run check` proves. Each command exits 0 if and only if its gate holds; none writes what another reads. They
 * start in this order: the one that takes half of the time first, beside which the others end.
 */
export const gates = [
  { name: 'lint', command: ['eslint', '.', '--max-warnings=0'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
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
