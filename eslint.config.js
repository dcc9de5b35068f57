import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Time and chance come from injected interfaces; each ban names what to use instead. */
/** @type {import('eslint').Linter.RulesRecord} */
const ambient = {
  'no-restricted-globals': [
    'error',
    { name: 'Date', message: 'Read time from the injected clock.' },
    { name: 'performance', message: 'Read time from the injected clock.' },
    { name: 'setTimeout', message: 'Use the injected timers.' },
    { name: 'setInterval', message: 'Use the injected timers.' },
    { name: 'setImmediate', message: 'Use the injected timers.' },
    { name: 'crypto', message: 'Use the injected randomness.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Use the injected randomness.' },
    ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'crypto'].map((property) => ({
      object: 'globalThis',
      property,
      message: 'Use the injected clock, timers or randomness.',
    })),
    ...['hrtime', 'uptime'].map((property) => ({
      object: 'process',
      property,
      message: 'Read time from the injected clock.',
    })),
    { object: 'AbortSignal', property: 'timeout', message: 'Use the injected timers.' },
    ...[
      'random',
      'randomBytes',
      'randomInt',
      'randomUUID',
      'randomFill',
      'randomFillSync',
      'getRandomValues',
    ].map((property) => ({ object: 'crypto', property, message: 'Use the injected randomness.' })),
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        ...['node:timers', 'timers', 'node:timers/promises', 'timers/promises'].map((name) => ({
          name,
          message: 'Use the injected timers.',
        })),
        ...['node:perf_hooks', 'perf_hooks'].map((name) => ({
          name,
          message: 'Read time from the injected clock.',
        })),
        ...['node:process', 'process'].map((name) => ({
          name,
          importNames: ['default', 'hrtime', 'uptime'],
          message: 'Read time from the injected clock.',
        })),
        ...['node:crypto', 'crypto'].map((name) => ({
          name,
          importNames: [
            'default',
            'random',
            'randomBytes',
            'randomInt',
            'randomUUID',
            'randomFill',
            'randomFillSync',
            'getRandomValues',
            'webcrypto',
          ],
          message: 'Use the injected randomness.',
        })),
      ],
    },
  ],
};

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'reports/',
      'coverage/',
      'third_party/',
      'packages/protocol/src/gen/',
      'packages/protocol/src/generated/',
      '**/*.cjs',
    ],
  },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers print the same everywhere.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Scripts read JSON whose shape the next line already relies on.
    files: ['**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
    },
  },
  {
    files: ['packages/{core,client,storage-*}/src/**/*.ts'],
    ignores: [
      'packages/core/src/clock/system-clock.ts',
      'packages/core/src/random/system-random.ts',
      'packages/client/src/system-runtime.ts',
    ],
    rules: ambient,
  },
);
