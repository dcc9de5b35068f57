import { fileDescriptorSetBase64 } from './gen/file-descriptor-set.js';

/**
 * A serialized `google.protobuf.FileDescriptorSet`: the contract, `grpc.health.v1`, `grpc.reflection.v1` and `v1alpha`, and
 * everything that they import, dependencies first. For server reflection; do not write to it.
 */
export const fileDescriptorSet: Uint8Array = /* @__PURE__ */ Buffer.from(fileDescriptorSetBase64, 'base64');
