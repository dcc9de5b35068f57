import type { IncomingMessage } from 'node:http';

/** A callback has at most 16 KiB of payload and 50 KiB of metadata; JSON may escape each byte as six. */
const MAX_BYTES = 1_048_576;

export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** The body as text. Rejects with {@link TooLargeError}, or when the caller goes away. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new TooLargeError(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
