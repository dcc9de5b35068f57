import type { IncomingMessage } from 'node:http';
import { cleanDetail } from '../collector/clean-detail.js';

/** Bytes of a body after which it is cut off. What it says was said by then. */
const MAX_BODY_BYTES = 65_536;
/** Bytes of a body that are kept. */
const KEPT_BYTES = 1_024;

/**
 * The beginning of the answer's body, cleaned. Resolves when the body has ended or was cut off after 64 KB; then the
 * socket is destroyed, since the rest is in it. Rejects if the body breaks off.
 */
export function readAnswer(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const kept: Buffer[] = [];
    let keptBytes = 0;
    let readBytes = 0;
    const end = () => {
      // A character that the limit cut in two is left out, as in the middle of a stream.
      const text = new TextDecoder().decode(Buffer.concat(kept), { stream: keptBytes === KEPT_BYTES });
      resolve(cleanDetail(text));
    };
    response.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, KEPT_BYTES - keptBytes);
      if (part.byteLength > 0) kept.push(part);
      keptBytes += part.byteLength;
      readBytes += chunk.byteLength;
      if (readBytes <= MAX_BODY_BYTES) return;
      end();
      response.destroy();
    });
    response.on('end', end);
    response.on('error', reject);
    // A connection that closed in the middle ends in neither, if the message had not begun to flow.
    response.on('close', () => {
      reject(new Error('the answer broke off'));
    });
  });
}
