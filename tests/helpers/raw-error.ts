import { status as Code, type ServiceError } from '@grpc/grpc-js';
import { rawMessage } from './raw-contract.js';
import type { RawBatch, RawLease, RawStatus } from './raw-messages.js';

interface Violation {
  readonly field: string;
  readonly description: string;
}

/** A call, or an element of a batch, that was not answered OK, with the details that came along. */
export class RawError extends Error {
  override readonly name = 'RawError';
  /** The status by its name, e.g. `NOT_FOUND`. */
  readonly code: string;
  /** ErrorInfo's, e.g. `LEASE_NOT_FOUND`; empty without one. */
  readonly reason: string;
  /** ErrorInfo's, `lease.v1`; empty without one. */
  readonly domain: string;
  /** BadRequest's. */
  readonly violations: readonly Violation[];
  /** RetryInfo's. */
  readonly retryAfterMs: number | undefined;
  /** QuotaFailure's. */
  readonly quota: readonly { readonly subject: string; readonly description: string }[];

  constructor(status: RawStatus) {
    const code = Code[status.code] ?? String(status.code);
    super(`${code}: ${status.message}`);
    this.code = code;
    const details = byName(status);
    const info = details['ErrorInfo'] as { reason: string; domain: string } | undefined;
    this.reason = info?.reason ?? '';
    this.domain = info?.domain ?? '';
    const bad = details['BadRequest'] as { field_violations: Violation[] } | undefined;
    this.violations = bad?.field_violations.map(({ field, description }) => ({ field, description })) ?? [];
    const retry = details['RetryInfo'] as { retry_delay: { seconds: number; nanos: number } } | undefined;
    this.retryAfterMs = retry && retry.retry_delay.seconds * 1_000 + retry.retry_delay.nanos / 1_000_000;
    const failure = details['QuotaFailure'] as { violations: RawError['quota'] } | undefined;
    this.quota = failure?.violations ?? [];
  }

  static ofCall({ code, details: message, metadata }: ServiceError): RawError {
    const [bytes] = metadata.get('grpc-status-details-bin');
    if (!(bytes instanceof Buffer)) return new RawError({ code, message, details: [] });
    const { details } = rawMessage('google.rpc.Status', bytes) as RawStatus;
    return new RawError({ code, message, details });
  }
}

/** What each request of a batch was answered with. */
export function elementsOf({ results }: RawBatch): readonly (RawLease | RawError)[] {
  return results.map(({ lease, error }) => {
    if (lease) return lease;
    if (error) return new RawError(error);
    throw new Error('a result has neither a lease nor an error');
  });
}

/** google.rpc messages by their short name. */
function byName({ details }: RawStatus): Readonly<Record<string, object>> {
  return Object.fromEntries(
    details.map(({ type_url, value }) => {
      const name = type_url.slice(type_url.lastIndexOf('/') + 1);
      return [name.replace('google.rpc.', ''), rawMessage(name, value)];
    }),
  );
}
