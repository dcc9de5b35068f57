import type { ServerResponse } from 'node:http';
import { cleanupFromJson, MalformedCleanupError } from './parse-cleanup.js';
import { BodyTooLargeError, type MaybeParsed, readJson } from './read-body.js';
import type { Outcome, Reception } from './reception.js';

/** An answer to an HTTP callback: 2xx and 410 are done, 408, 409, 425, 429 and 5xx are retried, other 4xx end the cleanup. */
interface HttpAnswer {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one HTTP callback. Any path will do: routing is the server's. */
export async function answerHttp(
  reception: Reception,
  request: MaybeParsed,
  response: ServerResponse,
): Promise<void> {
  let answer: HttpAnswer;
  try {
    answer =
      misdirected(request) ?? answerTo(await reception.receive(cleanupFromJson(await readJson(request))));
  } catch (error) {
    // Whoever hung up in the middle of the body reads no answer.
    if (request.errored) return;
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
      return later(outcome.detail || 'not now', outcome.afterMs);
    case 'running':
      return running(later('an earlier attempt still runs', outcome.afterMs));
    case 'closing':
      return later('closing');
    case 'stale':
      return { status: 412, detail: 'a later attempt has been seen' };
    case 'unhandled':
      return { status: 501, detail: 'no handler for this object type' };
    case 'error':
      return { status: 500, detail: 'the handler failed' };
  }
}

function later(detail: string, afterMs?: number): HttpAnswer {
  if (afterMs === undefined) return { status: 503, detail };
  return { status: 503, detail, headers: { 'retry-after': String(Math.ceil(afterMs / 1_000)) } };
}

/** Tells the server that this is no answer yet: the object must not be revived while the earlier attempt runs. */
function running(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, 'lease-running': '1' } };
}
