import { readdirSync, readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ERROR_DOMAIN, isReason, REASON_STATUS } from '../src/index.js';

/** Written down once more, by status: a reason that changes its status breaks clients. */
const byStatus = {
  INVALID_ARGUMENT: ['INVALID_REQUEST', 'CLEANUP_TARGET_FORBIDDEN'],
  NOT_FOUND: ['LEASE_NOT_FOUND', 'CLEANUP_NOT_FOUND'],
  PERMISSION_DENIED: ['NOT_LEASE_HOLDER'],
  ALREADY_EXISTS: ['LEASE_ID_TAKEN'],
  ABORTED: ['OBJECT_BEING_COLLECTED'],
  FAILED_PRECONDITION: ['LEASE_ENDED', 'CLEANUP_OWNED', 'CLEANUP_NOT_ABANDONED'],
  RESOURCE_EXHAUSTED: ['LEASE_QUOTA_EXCEEDED', 'OVERLOADED'],
  UNAVAILABLE: ['STORE_UNAVAILABLE', 'SHUTTING_DOWN'],
} as const satisfies Partial<Record<keyof typeof status, readonly string[]>>;

const proto = new URL('../../../proto/lease/v1/', import.meta.url);
const comments = readdirSync(proto)
  .map((file) => readFileSync(new URL(file, proto), 'utf8').replaceAll(/\s*\n\s*\/\/\s*/g, ' '))
  .join('\n');

describe('the table of reasons', () => {
  it('is complete, and gives each reason its status', () => {
    const expected = Object.entries(byStatus).flatMap(([code, reasons]) =>
      reasons.map((reason) => [reason, status[code as keyof typeof byStatus]]),
    );
    expect(REASON_STATUS).toEqual(Object.fromEntries(expected));
  });

  it('agrees with what the contract says of each RPC', () => {
    const said = [...comments.matchAll(/\b([A-Z]+(?:_[A-Z]+)+) \(([A-Z_]+)[,;)]/g)];
    expect(said.length).toBeGreaterThanOrEqual(12);
    for (const [, reason = '', code = ''] of said) {
      expect(REASON_STATUS, `${reason} (${code})`).toHaveProperty(
        reason,
        status[code as keyof typeof status],
      );
    }
  });

  it.each(Object.keys(REASON_STATUS))('%s stands in the contract', (reason) => {
    expect(comments).toMatch(new RegExp(`\\b${reason}\\b`));
  });

  it('knows its own words and no others', () => {
    expect(isReason('LEASE_ENDED')).toBe(true);
    for (const other of ['lease_ended', '', 'toString', '__proto__', 'FROM_A_NEWER_SERVER']) {
      expect(isReason(other)).toBe(false);
    }
  });

  it('has the domain of the contract', () => {
    expect(ERROR_DOMAIN).toBe('lease.v1');
    expect(comments).toContain('domain `lease.v1`');
  });
});
