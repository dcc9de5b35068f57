import type { IncomingMessage } from 'node:http';

/** The largest cleanup that a server can send is about 450 KiB: payload and metadata at their limits, every character escaped. */
const MAX_BODY_BYTES = 1024 * 1024;

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** A request whose body a framework may have read already, and left as `body`. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown };

/**
 * The JSON value that the request carries: read from the stream, or what a body parser made of it (an object, text or bytes).
 * Throws SyntaxError, or {@link BodyTooLargeError} as soon as there is more than 1 MiB.
 */
export async function readJson(request: MaybeParsed): Promise<unknown> {
  // Some parsers set `body` without having read anything; what is still in the stream is the truth.
  if (!request.readableEnded) return JSON.parse(decode(await readBytes(request)));
  const { body } = request;
  if (typeof body === 'string') return JSON.parse(body);
  if (body instanceof Uint8Array) return JSON.parse(decode(body));
  if (body === undefined) throw new SyntaxError('the body was read before, and not left as `body`');
  return body;
}

/** By events: an iterator that is left early destroys the connection, and the refusal with it. */
function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > MAX_BODY_BYTES) throw new BodyTooLargeError();
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= MAX_BODY_BYTES) {
        chunks.push(chunk);
      } else {
        request.removeAllListeners('data').pause();
        reject(new BodyTooLargeError());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

/** Throws for what is no UTF-8: a replacement character would name another object. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError('the body is not valid UTF-8');
  }
}
