import { status as Code } from '@grpc/grpc-js';

/** What a caller gets to see. A status stands for itself over HTTP and for `code` over gRPC. */
export type Answer =
  | StatusAnswer
  /** `hang`: never an answer. `reset`: the connection is reset. `drip`: one byte of the body a second, for ever. */
  | { readonly kind: 'hang' | 'reset' | 'drip' };

export interface StatusAnswer {
  readonly kind: 'status';
  readonly status: number;
  readonly code: Code;
  /** Whole seconds; `Retry-After` over HTTP, RetryInfo over gRPC. */
  readonly retryAfterSeconds?: number;
  /** A 404 that says itself that the object is gone: header `lease-gone: 1`. */
  readonly leaseGone?: true;
  /** Where a redirect points: a trap, since callbacks never follow one. */
  readonly location?: string;
  /** The text of the answer, for people. */
  readonly detail?: string;
}

/** The HTTP statuses that mean something to a collector, and the gRPC code that means the same to it. */
const CODE_OF_STATUS: ReadonlyMap<number, Code> = new Map([
  [401, Code.UNAUTHENTICATED],
  [403, Code.PERMISSION_DENIED],
  [408, Code.DEADLINE_EXCEEDED],
  [409, Code.ABORTED],
  [410, Code.NOT_FOUND],
  [425, Code.RESOURCE_EXHAUSTED],
  [429, Code.RESOURCE_EXHAUSTED],
  [500, Code.INTERNAL],
  [503, Code.UNAVAILABLE],
  [504, Code.DEADLINE_EXCEEDED],
]);

/** The other direction, for scripts that name a gRPC code. */
const STATUS_OF_CODE: Readonly<Record<Code, number>> = {
  [Code.OK]: 200,
  [Code.CANCELLED]: 503,
  [Code.UNKNOWN]: 500,
  [Code.INVALID_ARGUMENT]: 400,
  [Code.DEADLINE_EXCEEDED]: 504,
  [Code.NOT_FOUND]: 410,
  [Code.ALREADY_EXISTS]: 409,
  [Code.PERMISSION_DENIED]: 403,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.FAILED_PRECONDITION]: 409,
  [Code.ABORTED]: 409,
  [Code.OUT_OF_RANGE]: 409,
  [Code.UNIMPLEMENTED]: 400,
  [Code.INTERNAL]: 500,
  [Code.UNAVAILABLE]: 503,
  [Code.DATA_LOSS]: 500,
  [Code.UNAUTHENTICATED]: 401,
};

/** An HTTP status from 200 to 599. */
export function ofStatus(status: number): StatusAnswer {
  return { kind: 'status', status, code: CODE_OF_STATUS.get(status) ?? codeOfClass(status) };
}

/** Within a class all others mean the same: done, terminal, worth a retry. A 404 is retried over HTTP, as UNKNOWN is. */
function codeOfClass(status: number): Code {
  if (status < 300) return Code.OK;
  if (status === 404 || status >= 500) return Code.UNKNOWN;
  return Code.INVALID_ARGUMENT;
}

/** A gRPC code by its name, e.g. `UNAVAILABLE`. */
export function ofCode(name: string): StatusAnswer | undefined {
  const code = Object.entries(Code).find(([key]) => key === name)?.[1];
  return typeof code === 'number' ? { kind: 'status', status: STATUS_OF_CODE[code], code } : undefined;
}

/** 2xx: the object is to go now, if there is a root to delete it from. */
export function saysDone(answer: Answer): answer is StatusAnswer {
  return answer.kind === 'status' && answer.status < 300;
}
