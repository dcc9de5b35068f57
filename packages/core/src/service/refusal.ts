import type { Refused } from '../store/lease-verbs.js';
import type { Answer, RefusalReason } from './answer.js';

/** For each reason that the store may give, what a person is told about the command: what is wrong, what to do. */
export type Advice<Reason extends RefusalReason, Command> = Readonly<
  Record<Reason, (command: Command) => string>
>;

/** The store's refusal as an answer. */
export function refuse<Reason extends RefusalReason, Command>(
  { reason, retryAfterMs }: Refused<Reason>,
  command: Command,
  advice: Advice<Reason, Command>,
): Answer<never> {
  const message = advice[reason](command);
  return {
    ok: false,
    refusal: retryAfterMs === undefined ? { reason, message } : { reason, message, retryAfterMs },
  };
}

export const leaseNotFound = ({ leaseId }: { readonly leaseId: string }) =>
  `there is no lease ${leaseId}: it never was, or it ended and was forgotten; create a new lease`;

export const notLeaseHolder = ({ leaseId }: { readonly leaseId: string }) =>
  `lease ${leaseId} belongs to another service: give the service_id that created it, or create a lease of your own`;
