export {
  expectAttempts,
  expectCollectedOnce,
  expectLeaseState,
  expectNotCollected,
  expectRefusal,
  expectRefused,
  type ExpectedRefusal,
} from './assertions.js';
export { aLease, anObject, duration, grpcCleanup, httpCleanup, quickRetry } from './builders.js';
export { eventually, throughout } from './eventually.js';
export { startChild, temporaryDirectory } from './lifetime.js';
export { p99, startMetronome } from './metronome.js';
export { startMock, type RecordedCall, type RunningMock, type WireObject } from './mock.js';
export { figures, operations } from './operations.js';
export type { AdminMethod, RawListedCleanup } from './raw-admin.js';
export { RawClient } from './raw-client.js';
export { rawBytes, rawMessage } from './raw-contract.js';
export { startRawEndpoint, type RawCallback } from './raw-endpoint.js';
export { elementsOf, RawError } from './raw-error.js';
export { startRawHandler, type RawCleanup } from './raw-handler.js';
export { instantMs, type RawBatch, type RawCreated, type RawLease, type RawStats } from './raw-messages.js';
export { startServer, type RunningServer, type Storage, STORAGES } from './server.js';
export { unusedPort } from './unused-port.js';
