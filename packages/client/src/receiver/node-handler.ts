import type { ServerResponse } from 'node:http';
import type { Cleanup } from './cleanup.js';
import { cleanupFromJson, MalformedCleanupError } from './parse-cleanup.js';
import { BodyTooLargeError, bytesOf, jsonOf, type MaybeParsed, readBody } from './read-body.js';
import type { Outcome, Reception } from './reception.js';
import { UnverifiedError, verifiedCleanup, type Verifier } from './verifier.js';

/** An answer to an HTTP callback: 2xx and 410 are done, 408, 409, 425, 429 and 5xx are retried, other 4xx end the cleanup. */
interface HttpAnswer {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Conflict: to be retried, and no word about the others here. A server that gets several 5xx in a row takes the endpoint for
 * down, and lets all of its cleanups wait.
 */
const ABOUT_THE_OBJECT = 409;

/** The body that was signed is gone: whoever mounted the receiver put it behind a body parser. */
class BodyParsedError extends Error {
  override readonly name = 'BodyParsedError';
}

/** Answers one HTTP callback. Any path will do: routing is the server's. Without a verifier, all are believed. */
export async function answerHttp(
  reception: Reception,
  verifier: Verifier | undefined,
  request: MaybeParsed,
  response: ServerResponse,
): Promise<void> {
  let answer: HttpAnswer;
  try {
    answer = misdirected(request) ?? answerTo(await reception.receive(await readCleanup(request, verifier)));
  } catch (error) {
    // Whoever hung up in the middle of the body reads no answer.
    if (request.errored) return;
    if (error instanceof BodyParsedError) reception.report(error);
    answer = refusal(error);
  }
  const body = JSON.stringify({ outcome: answer.detail });
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    // What is left of a body that nobody reads would be taken for the next request.
    ...(!request.readableEnded && { connection: 'close' }),
    ...answer.headers,
  });
  response.end(body);
}

/** The cleanup that the request asks for; verified, if there is a verifier, before anything is made of the body. */
async function readCleanup(request: MaybeParsed, verifier: Verifier | undefined): Promise<Cleanup> {
  if (verifier === undefined) return cleanupFromJson(jsonOf(await readBody(request)));
  const claim = verifier.claimIn((name) => request.headers[name]);
  const bytes = bytesOf(await readBody(request));
  if (bytes === undefined) {
    throw new BodyParsedError('the receiver needs the body as it was sent: mount it before any body parser');
  }
  verifier.verify(claim, bytes);
  return verifiedCleanup(claim, cleanupFromJson(jsonOf(bytes)));
}

function misdirected({ method, headers }: MaybeParsed): HttpAnswer | undefined {
  if (method !== 'POST') {
    return { status: 405, detail: 'only POST is understood', headers: { allow: 'POST' } };
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    return { status: 415, detail: 'only application/json is understood' };
  }
  return undefined;
}

function refusal(error: unknown): HttpAnswer {
  if (error instanceof UnverifiedError) return { status: 401, detail: error.message };
  // To be retried: there is nothing wrong with the cleanup, and the next release may mount the receiver right.
  if (error instanceof BodyParsedError) return { status: 500, detail: error.message };
  if (error instanceof BodyTooLargeError) return { status: 413, detail: 'the body is too large' };
  if (error instanceof MalformedCleanupError || error instanceof SyntaxError) {
    return { status: 400, detail: error.message };
  }
  throw error;
}

function answerTo(outcome: Outcome): HttpAnswer {
  switch (outcome.kind) {
    case 'done':
      return { status: 200, detail: 'done' };
    case 'gone':
      return { status: 410, detail: 'gone already' };
    case 'fail':
      return { status: 422, detail: outcome.detail };
    case 'retry':
      return asking({ status: ABOUT_THE_OBJECT, detail: outcome.detail || 'not now' }, outcome.afterMs);
    case 'running':
      return running(asking({ status: 503, detail: 'an earlier attempt still runs' }, outcome.afterMs));
    case 'closing':
      return { status: 503, detail: 'closing' };
    case 'stale':
      return { status: 412, detail: 'a later attempt has been seen' };
    case 'unhandled':
      // No 404, which some targets take for done: the handler may come with the next release.
      return { status: ABOUT_THE_OBJECT, detail: 'no handler for this object type' };
    case 'error':
      return { status: 500, detail: 'the handler failed' };
  }
}

/** Not to be asked again before so long. */
function asking(answer: HttpAnswer, afterMs: number | undefined): HttpAnswer {
  if (afterMs === undefined) return answer;
  return { ...answer, headers: { 'retry-after': String(Math.ceil(afterMs / 1_000)) } };
}

/** Tells the server that this is no answer yet: the object must not be revived while the earlier attempt runs. */
function running(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, 'lease-running': '1' } };
}
