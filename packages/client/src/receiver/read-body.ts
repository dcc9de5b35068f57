import type { IncomingMessage } from 'node:http';

/** The largest cleanup that a server can send is about 450 KiB: payload and metadata at their limits, every character escaped. */
const MAX_BODY_BYTES = 1024 * 1024;

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** A request whose body a framework may have read already, and left as `body`. */
export type MaybeParsed = IncomingMessage & { readonly body?: unknown };

/**
 * The body: its bytes, or what a parser that was there first made of them (text, or any value). `undefined`: it was read, and
 * not kept. Throws {@link BodyTooLargeError} as soon as there is more than 1 MiB.
 */
export async function readBody(request: MaybeParsed): Promise<unknown> {
  // Some parsers set `body` without having read anything; what is still in the stream is the truth.
  return request.readableEnded ? request.body : await readBytes(request);
}

/** The bytes that were sent; `undefined` if a parser has left nothing of which they could be told. */
export function bytesOf(body: unknown): Uint8Array | undefined {
  if (body instanceof Uint8Array) return body;
  // What was no UTF-8 has other bytes now, and no signature matches them.
  return typeof body === 'string' ? Buffer.from(body) : undefined;
}

/** The JSON value in a body. Throws SyntaxError. */
export function jsonOf(body: unknown): unknown {
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
