import { CleanupReason, type CleanupRequest } from '@lease/protocol';
import { recordOf } from '../wire/decode.js';
import type { Cleanup } from './cleanup.js';

/** What was sent is no cleanup; the message names the field. */
export class MalformedCleanupError extends Error {
  override readonly name = 'MalformedCleanupError';
}

/** A cleanup from the JSON of an HTTP callback. Fields that this version does not know are passed over. */
export function cleanupFromJson(body: unknown): Cleanup {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    fail('the body must be a JSON object');
  const fields = body as Readonly<Record<string, unknown>>;
  const reason = text(fields, 'reason');
  return {
    cleanupId: named(fields, 'cleanup_id'),
    object: { type: named(fields, 'object_type'), id: named(fields, 'object_id') },
    generation: count(fields, 'generation'),
    fence: count(fields, 'fence'),
    attempt: count(fields, 'attempt'),
    reason:
      reason === 'EXPIRED' || reason === 'RELEASED' ? reason : fail('reason must be EXPIRED or RELEASED'),
    dueTime: instant(fields, 'due_time'),
    lastLeaseId: text(fields, 'last_lease_id'),
    leaseId: text(fields, 'lease_id'),
    serviceId: text(fields, 'service_id'),
    metadata: texts(fields, 'metadata'),
    payload: text(fields, 'payload'),
  };
}

/** A cleanup from the message of a gRPC callback. */
export function cleanupFromMessage(message: CleanupRequest): Cleanup {
  const { cleanupId, objectType, objectId, dueTime } = message;
  for (const [field, value] of Object.entries({
    cleanup_id: cleanupId,
    object_type: objectType,
    object_id: objectId,
  })) {
    if (value === '') fail(`${field} must not be empty`);
  }
  return {
    cleanupId,
    object: { type: objectType, id: objectId },
    generation: safe('generation', Number(message.generation)),
    fence: safe('fence', Number(message.fence)),
    attempt: message.attempt,
    reason: REASONS.get(message.reason) ?? fail('reason must be EXPIRED or RELEASED'),
    dueTime: dueTime ?? fail('due_time is missing'),
    lastLeaseId: message.lastLeaseId,
    leaseId: message.leaseId,
    serviceId: message.serviceId,
    metadata: recordOf(message.metadata),
    payload: message.payload,
  };
}

const REASONS: ReadonlyMap<CleanupReason, Cleanup['reason']> = new Map([
  [CleanupReason.EXPIRED, 'EXPIRED'],
  [CleanupReason.RELEASED, 'RELEASED'],
] as const);

type Fields = Readonly<Record<string, unknown>>;

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : fail(`${name} must be a string`);
}

function named(fields: Fields, name: string): string {
  const value = text(fields, name);
  return value === '' ? fail(`${name} must not be empty`) : value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? safe(name, value) : fail(`${name} must be a number`);
}

function safe(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  return fail(`${name} must be a whole number from 0 to 2^53-1`);
}

function texts(fields: Fields, name: string): Cleanup['metadata'] {
  const value = fields[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${name} must be an object`);
  const entries = Object.entries(value as Record<string, unknown>);
  return recordOf(
    new Map(
      entries.map(([key, each]) => [
        key,
        typeof each === 'string' ? each : fail(`${name} must hold strings`),
      ]),
    ),
  );
}

function instant(fields: Fields, name: string): Date {
  // eslint-disable-next-line no-restricted-globals -- converts an instant, reads no clock
  const value = new Date(text(fields, name));
  return Number.isNaN(value.getTime()) ? fail(`${name} must be an RFC 3339 timestamp`) : value;
}

function fail(message: string): never {
  throw new MalformedCleanupError(message);
}
