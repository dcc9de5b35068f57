export { callbackBody } from './callback-body.js';
export type { CallbackSigner, CallbackSignerOptions, SignatureHeaders } from './callback-signer.js';
export { callbackSigner } from './callback-signer.js';
export type { EgressGuard, EgressGuardOptions, Route } from './egress-guard.js';
export { egressGuard } from './egress-guard.js';
export type { HttpExecutorOptions } from './http-executor.js';
export { HttpExecutor } from './http-executor.js';
export type { ResolveName } from './resolve-name.js';
