export { mountLease, type MountedLease, type MountOptions } from './mount.js';
export type { FaultListener } from './service/unary-service.js';
export { GrpcExecutor, type GrpcExecutorOptions } from './executor/grpc-executor.js';
