export { LeaseClient } from './lease-client.js';
export { CleanupAdminClient } from './cleanup-admin-client.js';
export type {
  AbandonedCleanups,
  AbandonReason,
  AttemptOutcome,
  Cleanup,
  CleanupAttempt,
  CleanupResult,
  CleanupState,
  CollectionState,
  ListCleanups,
  Pause,
  PauseReason,
  RetriedCleanups,
  RetryCleanups,
  RetryPace,
  RetryProgress,
} from './cleanups.js';
export type { ConnectionOptions } from './connection-options.js';
export type { LeaseClientOptions } from './lease-client-options.js';
export type { TlsOptions } from './rpc/security.js';
export type { BatchResult } from './batches.js';
export { PartlyDoneError } from './partly-done-error.js';
export { type FieldViolation, LeaseError, type LeaseErrorOptions, type StatusName } from './lease-error.js';
export type { Reason } from '@lease/protocol';
export type {
  CreatedLease,
  Disposition,
  Lease,
  LeaseReading,
  LeaseState,
  Metadata,
  ObjectRef,
} from './lease.js';
export type {
  CallOptions,
  CleanupSpec,
  CleanupTerms,
  CreateLease,
  GrpcTarget,
  HttpTarget,
  ListLeases,
  ReleaseLease,
  RenewLease,
  RetryPolicy,
} from './requests.js';
export type { AttemptStats, CleanupStats, LeaseStats, Stats } from './stats.js';

// Holds, also over a transport and in a time of one's own.
export type { Hold } from './hold/hold.js';
export type { HoldState } from './hold/hold-state.js';
export { HoldNotHeldError } from './hold/hold-not-held-error.js';
export { createHold, type HoldOptions } from './hold/create-hold.js';
export type { HoldTransport, Sent } from './hold/hold-transport.js';
export type { Limits } from './rpc/lease-channel.js';
export type { ClientRuntime, Clock, Random, Runtime } from './runtime.js';
export { systemRuntime } from './system-runtime.js';

// The well-known object types.
export {
  blob,
  cacheEntry,
  type CacheEntry,
  custom,
  databaseRow,
  type DatabaseRow,
  parseBlob,
  parseCacheEntry,
  parseCustom,
  parseDatabaseRow,
  parseTemporaryFile,
  parseWebsocketSession,
  type StoredBlob,
  temporaryFile,
  websocketSession,
  type WebsocketSession,
} from './objects/well-known.js';
