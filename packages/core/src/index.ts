export type { Clock, Instant } from './clock/clock.js';
export { systemClock } from './clock/system-clock.js';
export type { Random } from './random/random.js';
export { systemRandom } from './random/system-random.js';

export type { ObjectRef, TypeGroup } from './lease/object-ref.js';
export {
  objectKey,
  parseObjectKey,
  TYPE_GROUPS,
  typeGroup,
  WELL_KNOWN_OBJECT_TYPES,
} from './lease/object-ref.js';
export type { Disposition, Lease, LeaseState, Metadata } from './lease/lease.js';

export type {
  CleanupSpec,
  CleanupTarget,
  GrpcTarget,
  HandlerTarget,
  HttpTarget,
  RetryPolicy,
} from './cleanup/cleanup-spec.js';
export { DEFAULT_RETRY_POLICY, endpointOf, targetKindOf } from './cleanup/cleanup-spec.js';
export type {
  AbandonReason,
  AttemptOutcome,
  Cleanup,
  CleanupAttempt,
  CleanupClaim,
  CleanupReason,
  CleanupState,
} from './cleanup/cleanup.js';
export { MAX_LOST_CLAIMS } from './cleanup/cleanup.js';

export type * from './store/lease-verbs.js';
export type * from './store/cleanup-verbs.js';
export type {
  CollectionState,
  Pause,
  PauseCollection,
  PauseReason,
  Prune,
  PruneReport,
  StoreStats,
  Sweep,
  SweepReport,
} from './store/control-verbs.js';
export { BRAKE, GAP } from './store/control-verbs.js';
export type { LeaseStore } from './store/lease-store.js';
export { StoreUnavailableError } from './store/store-unavailable-error.js';

export { coalesce } from './coalescing/coalesce.js';

export type { BreakerState } from './collector/breaker.js';
export { cleanDetail } from './collector/clean-detail.js';
export { Collector } from './collector/collector.js';
export type { AttemptResult, Executor, Executors } from './collector/executor.js';
export type { CleanupHandler } from './collector/handler-executor.js';
export { handlerExecutor } from './collector/handler-executor.js';
export type { CollectorOptions } from './collector/options.js';
export type { AdminVerb, CollectorStep, LeaseEvent, LeaseVerb, Observer } from './events/events.js';
export type { Answer, FieldViolation, Refusal, RefusalReason } from './service/answer.js';
export { LeaseService } from './service/lease-service.js';
export { LIMITS, MAX_BATCH } from './service/limits.js';
export type { LeaseServiceOptions } from './service/options.js';
export type * from './service/requests.js';
export type { TargetPolicy } from './service/target-policy.js';

export { CleanupAdmin, type CleanupAdminOptions } from './admin/cleanup-admin.js';
export type {
  AbandonedCleanupFilter,
  CleanupListing,
  CleanupVerdict,
  ForgetCleanupsRequest,
  ListAttemptsRequest,
  ListCleanupsRequest,
  PauseCollectionRequest,
  RetriedCleanups,
  RetryCleanupsRequest,
} from './admin/requests.js';
