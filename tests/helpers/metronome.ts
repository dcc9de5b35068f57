import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startChild } from './lifetime.js';
import { percentile } from './percentile.js';

/** A process that calls this one on time, beside a test that measures how late something else calls it. */
export interface Metronome extends AsyncDisposable {
  /** How late its calls came, at p99. Infinite before the first one. */
  lateAtP99(): number;
}

/** Starts one; it ends with `await using`, or with the test file. */
export async function startMetronome(): Promise<Metronome> {
  const latesMs: number[] = [];
  const server = createServer((request, response) => {
    const arrivedMs = Date.now();
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      latesMs.push(arrivedMs - (JSON.parse(body) as { readonly dueMs: number }).dueMs);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const script = fileURLToPath(new URL('./metronome.mjs', import.meta.url));
  const child = startChild({ name: 'metronome', args: [script, `http://127.0.0.1:${port}`] });
  return {
    lateAtP99: () => p99(latesMs),
    async [Symbol.asyncDispose]() {
      await child.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The value that 99 of 100 do not exceed. Infinite if there is none. */
export function p99(values: readonly number[]): number {
  return values.length === 0 ? Infinity : percentile(99, values);
}
