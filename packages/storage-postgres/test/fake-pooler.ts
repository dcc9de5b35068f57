import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The tag of a message, and its length: one byte and four. */
const HEADER_BYTES = 5;
const BACKEND_KEY = 'K'.charCodeAt(0);

export interface FakePooler {
  readonly url: string;
  /** Startup messages that arrived. */
  readonly startups: readonly string[];
}

/**
 * What a pooler looks like from outside: it refuses settings in the startup message (or ignores them), and announces
 * another process than the one that will answer. Behind it each connection has a session of its own, without settings.
 */
export async function startFakePooler(
  serverPort: number,
  settings: 'refused' | 'ignored',
): Promise<FakePooler> {
  const startups: string[] = [];
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (startup) => {
      startups.push(startup.toString('latin1'));
      if (settings === 'refused' && startup.includes('lock_timeout')) {
        client.end(errorResponse('FATAL', '08P01', 'unsupported startup parameter: lock_timeout'));
        return;
      }
      relay(client, plainStartup(), serverPort);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, startups };
}

function relay(client: Socket, startup: Buffer, serverPort: number): void {
  const upstream = connect(serverPort, '127.0.0.1');
  upstream.on('error', () => client.destroy());
  upstream.write(startup);
  client.pipe(upstream);
  upstream.once('data', (greeting) => {
    client.write(withAnotherPid(greeting));
    upstream.pipe(client);
  });
}

function plainStartup(): Buffer {
  const text = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + text.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, text]);
}

/** The server sends all of its greeting at once; the key is one of its messages. */
function withAnotherPid(greeting: Buffer): Buffer {
  for (let at = 0; at + HEADER_BYTES < greeting.length; at += 1 + greeting.readInt32BE(at + 1)) {
    if (greeting[at] !== BACKEND_KEY) continue;
    const changed = Buffer.from(greeting);
    changed.writeInt32BE(greeting.readInt32BE(at + HEADER_BYTES) ^ 1, at + HEADER_BYTES);
    return changed;
  }
  throw new Error('no key in the greeting');
}

function errorResponse(severity: string, code: string, message: string): Buffer {
  const fields = Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(HEADER_BYTES);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}
