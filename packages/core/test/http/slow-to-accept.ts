import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * An endpoint at 127.0.0.1 that accepts no connection for half a second: its queue is full, the kernel drops whatever
 * else asks to connect, and whoever asked asks again after a second.
 */
export async function startSlowToAccept() {
  const worker = new Worker(PROGRAM, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  return { port, close: () => worker.terminate().then(() => undefined) };
}

const PROGRAM = `
  const { parentPort } = require('node:worker_threads');
  const http = require('node:http');
  const net = require('node:net');
  const server = http.createServer((request, response) => response.end());
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    const { port } = server.address();
    for (let i = 0; i < 6; i++) net.connect(port, '127.0.0.1').on('error', () => undefined);
    // They have asked to connect by then, in the same turn: nobody was accepted in between.
    process.nextTick(() => {
      parentPort.postMessage(port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    });
  });
`;
