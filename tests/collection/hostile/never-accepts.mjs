// A thread that listens and then never gets to accept anybody: its event loop is blocked until it is terminated. What
// the kernel accepts for it is bounded by the backlog.
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

const server = createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort?.postMessage(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
