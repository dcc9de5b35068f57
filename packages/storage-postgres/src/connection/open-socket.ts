import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target } from './target.js';

/** PostgreSQL's request for TLS: its length and a magic number. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const YES = 'S'.charCodeAt(0);

/**
 * A connected socket, encrypted and verified as the target wants it. Ours rather than the driver's: it can be destroyed
 * at any moment, and what goes wrong in a handshake rejects instead of ending the process.
 */
export async function openSocket({ address, tls }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...address, noDelay: true });
  const abandon = () => socket.destroy();
  signal.addEventListener('abort', abandon);
  try {
    await once(socket, 'connect', { signal });
    if (!tls) return socket;
    socket.write(SSL_REQUEST);
    const [answer] = (await Promise.race([
      once(socket, 'data', { signal }),
      once(socket, 'close', { signal }),
    ])) as [unknown];
    // More than the one byte would be plain text that somebody slipped in before the handshake.
    if (!Buffer.isBuffer(answer) || answer.length !== 1 || answer[0] !== YES) {
      throw new Error('the server offers no TLS');
    }
    const secure = connectTls({ ...tls, socket });
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
