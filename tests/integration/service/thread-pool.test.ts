import { expect, test } from 'vitest';
import { startServer } from '../../helpers/index.js';
import { threadsOf } from '../../helpers/process-figures.js';

/** Of Node itself, at most: its main one, those of V8, and the like. */
const OTHERS = 16;

test('L3: the server has 64 threads to look names up and to read files', async () => {
  await using server = await startServer({ storage: 'memory' });
  expect(process.env['UV_THREADPOOL_SIZE']).toBeUndefined();
  expect(threadsOf(Number(server.child.pid))).toBeGreaterThan(64);
  await server.stop();
});

test('the server has as many threads as its environment says', async () => {
  await using server = await startServer({ storage: 'memory', env: { UV_THREADPOOL_SIZE: '24' } });
  const threads = threadsOf(Number(server.child.pid));
  expect(threads).toBeGreaterThan(24);
  expect(threads).toBeLessThanOrEqual(24 + OTHERS);
  await server.stop();
});

test('where a module was preloaded, the pool has its size by then, and the server says what to do', async () => {
  const NODE_OPTIONS = '--import data:text/javascript,';
  await using server = await startServer({ storage: 'memory', env: { NODE_OPTIONS } });
  expect(threadsOf(Number(server.child.pid))).toBeLessThanOrEqual(4 + OTHERS);
  expect(server.child.output).toContain('set UV_THREADPOOL_SIZE=64 in the environment');
  await server.stop();
});
