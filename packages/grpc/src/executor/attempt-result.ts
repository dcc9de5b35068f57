import { type Metadata, status } from '@grpc/grpc-js';
import type { AttemptResult } from '@lease/core';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '@lease/protocol';

/** How a call ended: the status that the endpoint sent, or that grpc-js made up for want of one. */
export interface CallEnd {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

const DONE: ReadonlySet<number> = new Set([status.OK, status.NOT_FOUND]);

const TERMINAL: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
]);

/** A server's own deadline timer sends these while its handler still runs. */
const UNDECIDED: ReadonlySet<number> = new Set([status.DEADLINE_EXCEEDED, status.CANCELLED]);

/** What the end of a call means for the cleanup. `sent`: whether the request may have reached anybody. */
export function attemptResult(end: CallEnd, sent: boolean): AttemptResult {
  // A code that gRPC does not have means UNKNOWN.
  const statusCode = end.code in status ? end.code : status.UNKNOWN;
  const name = status[statusCode] ?? '';
  const said = { statusCode, detail: end.details === '' ? name : `${name}: ${end.details}` };
  if (DONE.has(end.code)) return { kind: 'done', ...said };
  if (TERMINAL.has(end.code)) return { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', ...said };
  if (!sent) return { kind: 'retry', contact: 'unreached', detail: said.detail };
  const retryAfterMs = retryAfter(end.metadata);
  const asked = { ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (!isAnswer(end)) return { kind: 'retry', contact: 'unanswered', detail: said.detail, ...asked };
  return { kind: 'retry', contact: 'answered', ...said, ...asked };
}

/**
 * An error that a server sends comes with its headers (content-type at least); one that grpc-js makes up, for a dropped
 * connection or an answer cut short, has none. Where a server sends headers, then an error in bare trailers, the two look
 * the same, and it counts as no answer: that only bars revival until the next attempt.
 */
function isAnswer({ code, metadata }: CallEnd): boolean {
  // The receiver says that an earlier attempt is still at work.
  const running = metadata.get('lease-running')[0] === '1';
  return !running && !UNDECIDED.has(code) && Object.keys(metadata.getMap()).length > 0;
}

function retryAfter(metadata: Metadata): number | undefined {
  const [bytes] = metadata.get(STATUS_DETAILS_KEY);
  return Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes)?.retryAfterMs : undefined;
}
