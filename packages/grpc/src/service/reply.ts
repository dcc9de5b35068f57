import type { Answer, Refusal } from '@lease/core';
import { REASON_STATUS, type StatusDetails } from '@lease/protocol';

/** What a call is answered with: a message, or an error and what explains it. */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: StatusDetails };

/** A refusal as an error of the wire contract. `serviceId`: whose request it was, for a quota that is used up. */
export function refused(refusal: Refusal, serviceId?: string): StatusDetails {
  const { reason, message, violations, retryAfterMs } = refusal;
  return {
    code: REASON_STATUS[reason],
    message,
    reason,
    ...(violations !== undefined && { violations }),
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.ceil(retryAfterMs) }),
    ...(reason === 'LEASE_QUOTA_EXCEEDED' &&
      serviceId !== undefined && { quotaViolations: [{ subject: serviceId, description: message }] }),
  };
}

/** The service's answer as a reply. */
export function replyWith<Value, Response>(
  answer: Answer<Value>,
  message: (value: Value) => Response,
  serviceId?: string,
): Reply<Response> {
  return answer.ok
    ? { ok: true, value: message(answer.value) }
    : { ok: false, error: refused(answer.refusal, serviceId) };
}
