/**
 * What a status says. `done`: the object is gone. `retry`: later, perhaps. `terminal`: no repetition can help.
 * `not-found`: there is no such object, or no such endpoint; the answer or the cleanup's spec tells which.
 */
export type Verdict = 'done' | 'retry' | 'terminal' | 'not-found';

/** Redirects are terminal: whoever controls the endpoint would otherwise choose what we call next. */
const BY_CLASS = new Map<number, Verdict>([
  [2, 'done'],
  [3, 'terminal'],
  [4, 'terminal'],
  [5, 'retry'],
]);

const BY_STATUS = new Map<number, Verdict>([
  [404, 'not-found'],
  [408, 'retry'], // Request Timeout
  [409, 'retry'], // Conflict: somebody is at the object just now
  [410, 'done'], // Gone
  [425, 'retry'], // Too Early
  [429, 'retry'], // Too Many Requests
]);

export function verdictOf(statusCode: number): Verdict {
  return BY_STATUS.get(statusCode) ?? BY_CLASS.get(Math.floor(statusCode / 100)) ?? 'retry';
}

/**
 * Answers about one object or one path; other cleanups at the same origin may fare better. A wrong path in the spec of
 * one service must not trip the breaker of all who share the host.
 */
const ABOUT_THE_CLEANUP: ReadonlySet<number> = new Set([404, 409, 425]);

export function isAboutCleanup(statusCode: number): boolean {
  return ABOUT_THE_CLEANUP.has(statusCode);
}

/** Bad Gateway, Gateway Timeout: somebody on the way answered for an endpoint that may still be at work. */
export function isGatewayError(statusCode: number): boolean {
  return statusCode === 502 || statusCode === 504;
}
