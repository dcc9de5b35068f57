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

/** Said of one object, not of the handler as a whole; other cleanups there may fare better. */
const ABOUT_THE_CLEANUP: ReadonlySet<number> = new Set([
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.ABORTED,
  status.OUT_OF_RANGE,
]);

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
  const running = isRunning(end);
  const common = {
    kind: 'retry',
    ...((running || ABOUT_THE_CLEANUP.has(statusCode)) && { cause: 'cleanup' as const }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  } as const;
  if (running || !isAnswer(end)) return { ...common, contact: 'unanswered', detail: said.detail };
  return { ...common, contact: 'answered', ...said };
}

/**
 * An error that a server sends comes with its headers (content-type at least); one that grpc-js makes up, for a dropped
 * connection or an answer cut short, has none. Where a server sends headers, then an error in bare trailers, the two look
 * the same, and it counts as no answer: that only bars revival until the next attempt.
 */
function isAnswer({ code, metadata }: CallEnd): boolean {
  return !UNDECIDED.has(code) && Object.keys(metadata.getMap()).length > 0;
}

/** The receiver says that an earlier attempt is still at work. */
function isRunning({ metadata }: CallEnd): boolean {
  return metadata.get('lease-running')[0] === '1';
}

function retryAfter(metadata: Metadata): number | undefined {
  const [bytes] = metadata.get(STATUS_DETAILS_KEY);
  return Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes)?.retryAfterMs : undefined;
}
