// Who may import whom (docs/architecture.md draws it).

const source = '^(packages|apps)/[^/]+/src/';

/** A package may reach only the named siblings. */
const siblings = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  from: { path: `^(${from})/src/` },
  to: {
    path: '^(packages|apps|tests|demo|bench|gate|scripts)/',
    pathNot: ['^$1/', ...allowed.map((to) => `^packages/${to}/src/`)],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    siblings('core-has-no-sibling', 'packages/core'),
    siblings('protocol-has-no-sibling', 'packages/protocol'),
    siblings('client-imports-protocol-only', 'packages/client', 'protocol'),
    siblings('grpc-imports-core-and-protocol', 'packages/grpc', 'core', 'protocol'),
    siblings('metrics-imports-core-only', 'packages/metrics', 'core'),
    siblings('adapters-import-core-only', 'packages/storage-[^/]+', 'core'),
    siblings('mock-imports-protocol-only', 'apps/cleanup-mock', 'protocol'),
    {
      name: 'server-is-no-client',
      comment:
        'Only the commands for operators call a server, as any client would; the one that serves calls none.',
      severity: 'error',
      from: { path: '^apps/server/src/', pathNot: '^apps/server/src/cleanups/' },
      to: { path: '^packages/client/' },
    },
    {
      name: 'nobody-imports-an-app',
      severity: 'error',
      from: { path: '^(packages|tests|demo|bench|gate|scripts)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-are-apart',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'core-is-portable',
      comment: 'Only @lease/core/http and @lease/core/testing may use Node.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/(http|testing)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-root-leaves-http-alone',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/(http|testing)/' },
      to: { path: '^packages/core/src/http/' },
    },
    {
      name: 'core-has-no-dependency',
      comment: 'What it does use is small and bundled into its build.',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(@noble/hashes|ipaddr\\.js)/' },
    },
    {
      name: 'core-parses-addresses-in-http-only',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/http/' },
      to: { path: 'node_modules/ipaddr\\.js/' },
    },
    {
      name: 'source-imports-no-test-code',
      severity: 'error',
      from: { path: source, pathNot: `${source}testing/` },
      to: { path: ['(^|/)testing/', '^(packages|apps)/[^/]+/test/', '^(tests|demo|bench|gate|scripts)/'] },
    },
    {
      name: 'source-imports-no-dev-dependency',
      severity: 'error',
      from: { path: source },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        pathNot: 'node_modules/(@noble/hashes|ipaddr\\.js|@types)/',
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: a forbidden type leaks a forbidden design.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|reports|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
