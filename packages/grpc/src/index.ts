export { mountLease, type MountedLease, type MountOptions } from './mount.js';
export { REQUEST_ID_KEY } from './service/request-id.js';
export type { FaultListener, FaultyCall } from './service/unary-service.js';
export { GrpcExecutor, type GrpcExecutorOptions } from './executor/grpc-executor.js';
