// The contract: services (definition, server, client), and every message that one would name.
export {
  LeaseServiceClient,
  LeaseServiceService as LeaseServiceDefinition,
  type LeaseServiceServer,
  GetLeaseRequest,
  GetLeaseResponse,
  GetStatsRequest,
  GetStatsResponse,
  ListLeasesRequest,
  ListLeasesResponse,
} from './gen/lease/v1/lease_service.js';
export {
  CleanupAdminServiceClient,
  CleanupAdminServiceService as CleanupAdminServiceDefinition,
  type CleanupAdminServiceServer,
  AbandonedCleanupFilter,
  ForgetCleanupResult,
  ForgetCleanupsRequest,
  ForgetCleanupsResponse,
  GetCleanupRequest,
  GetCleanupResponse,
  GetCollectionStateRequest,
  GetCollectionStateResponse,
  ListCleanupAttemptsRequest,
  ListCleanupAttemptsResponse,
  ListCleanupsRequest,
  ListCleanupsResponse,
  PauseCollectionRequest,
  PauseCollectionResponse,
  ResumeCollectionRequest,
  ResumeCollectionResponse,
  RetryCleanupResult,
  RetryCleanupsRequest,
  RetryCleanupsResponse,
} from './gen/lease/v1/cleanup_admin_service.js';
export {
  CleanupHandlerServiceClient,
  CleanupHandlerServiceService as CleanupHandlerServiceDefinition,
  type CleanupHandlerServiceServer,
  CleanupRequest,
  CleanupResponse,
} from './gen/lease/v1/cleanup_handler_service.js';
export { ObjectRef } from './gen/lease/v1/object.js';
export { Disposition, Lease, LeaseState } from './gen/lease/v1/lease.js';
export {
  BatchCreateLeasesRequest,
  BatchCreateLeasesResponse,
  CreateLeaseRequest,
  CreateLeaseResponse,
  CreateLeaseResult,
} from './gen/lease/v1/create_lease.js';
export {
  BatchRenewLeasesRequest,
  BatchRenewLeasesResponse,
  RenewLeaseRequest,
  RenewLeaseResponse,
  RenewLeaseResult,
} from './gen/lease/v1/renew_lease.js';
export {
  BatchReleaseLeasesRequest,
  BatchReleaseLeasesResponse,
  ReleaseLeaseRequest,
  ReleaseLeaseResponse,
  ReleaseLeaseResult,
} from './gen/lease/v1/release_lease.js';
export { CleanupSpec, GrpcTarget, HttpTarget, RetryPolicy } from './gen/lease/v1/cleanup_spec.js';
export {
  AbandonReason,
  Cleanup,
  CleanupReason,
  CleanupState,
  CleanupTargetKind,
} from './gen/lease/v1/cleanup.js';
export { AttemptOutcome, CleanupAttempt } from './gen/lease/v1/cleanup_attempt.js';
export { CollectionState, Pause, PauseReason } from './gen/lease/v1/collection_state.js';
export { AttemptStats, CleanupStats, LeaseStats, Stats } from './gen/lease/v1/stats.js';

// What the contract borrows. The two reflection services have the same messages under different names.
export { Duration } from './gen/google/protobuf/duration.js';
export { Status } from './gen/google/rpc/status.js';
export * as healthV1 from './gen/grpc/health/v1/health.js';
export * as reflectionV1 from './gen/grpc/reflection/v1/reflection.js';
export * as reflectionV1alpha from './gen/grpc/reflection/v1alpha/reflection.js';

export { decodeStrict, type Decoded, type Decodes } from './decode-strict.js';
export { durationToMs, type Milliseconds, msToDuration } from './duration.js';
export { fileDescriptorSet } from './file-descriptor-set.js';
export { ERROR_DOMAIN, isReason, type Reason, REASON_STATUS } from './reasons.js';
export {
  decodeStatusDetails,
  encodeStatusDetails,
  fromStatus,
  type QuotaViolation,
  STATUS_DETAILS_KEY,
  type StatusDetails,
  toStatus,
  type Violation,
} from './status-details.js';
