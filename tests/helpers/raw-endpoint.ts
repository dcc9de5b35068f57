import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CallbackBody } from './mock.js';

/** A callback as it came over HTTP. */
export interface RawCallback {
  /** When its first byte was read, by this machine's clock. */
  readonly arrivedMs: number;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: CallbackBody;
}

/** An HTTP endpoint with none of our code, in this process, until the test has finished. It answers 204 to everything. */
export async function startRawEndpoint(): Promise<{
  readonly url: string;
  readonly calls: readonly RawCallback[];
}> {
  const calls: RawCallback[] = [];
  const server = createServer((request, response) => {
    const arrivedMs = Date.now();
    const { method, url: path, headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as CallbackBody;
      calls.push({ arrivedMs, method, path, headers, body });
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/cleanup`, calls };
}
