// Loaded before a server (`node --import`), ends it at a point that no signal hits reliably. The product knows nothing of it: it is
// its store and its executor that are wrapped. TORTURE_FAILPOINT names the point, TORTURE_HITS how often it is passed before.
import { createRequire } from 'node:module';
import { argv, env, exit } from 'node:process';
import { pathToFileURL } from 'node:url';
import diagnostics from 'node:diagnostics_channel';

const server = createRequire(argv[1] ?? '');
/** @param {string} name */
const load = async (name) => import(pathToFileURL(server.resolve(name)).href.replace(/\.cjs$/, '.js'));
const { PostgresStore } = await load('@lease/storage-postgres');
const { HttpExecutor } = await load('@lease/core/http');

const point = env['TORTURE_FAILPOINT'];
let left = Number(env['TORTURE_HITS'] ?? 0);

/** @param {string} name */
function reach(name) {
  if (name !== point) return;
  left -= 1;
  if (left < 0) exit(70);
}

/**
 * Wraps a method; `after` is told of its result.
 * @param {any} prototype
 * @param {string} name
 * @param {(result: any) => void} after
 * @param {() => void} [before]
 */
function wrap(prototype, name, after, before = () => undefined) {
  const method = prototype[name];
  prototype[name] = async function (/** @type {any[]} */ ...args) {
    before();
    const result = await method.apply(this, args);
    after(result);
    return result;
  };
}

wrap(
  PostgresStore.prototype,
  'claimCleanups',
  (claims) => claims.length > 0 && reach('after-claim'),
  () => reach('before-claim'),
);
wrap(PostgresStore.prototype, 'settleCleanups', () => reach('after-settle'));
wrap(PostgresStore.prototype, 'create', () => reach('after-create'));
wrap(HttpExecutor.prototype, 'execute', ({ kind }) => kind === 'done' && reach('after-success'));

diagnostics.subscribe('http.client.request.start', (message) => {
  const { request } = /** @type {{ request: import('node:http').ClientRequest }} */ (message);
  // It has its socket by now, connected or not.
  const { socket } = request;
  if (socket?.connecting) socket.once('connect', () => reach('after-connect'));
  else reach('after-connect');
});
