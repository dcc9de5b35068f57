import { expect, it } from 'vitest';
import { runCommand } from '../src/command.js';

it('a fault of ours exits with 70, and says where it is', async () => {
  let err = '';
  const code = await runCommand({
    args: ['migrate', '--database-url', 'postgres://user:password-in-url@127.0.0.1/lease'],
    env: {},
    version: '1.2.3',
    serve: () => Promise.resolve(undefined),
    migrate: () => Promise.reject(new TypeError('there is no such thing')),
    terminal: { progress: false },
    out: () => undefined,
    err: (text) => (err += text),
  });
  expect(code).toBe(70);
  expect(err).toMatch(/^fault of ours: TypeError: there is no such thing\n +at /);
  expect(err).not.toContain('password-in-url');
});
