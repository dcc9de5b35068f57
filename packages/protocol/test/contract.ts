import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from '../src/index.js';

/** The contract as an independent implementation of protobuf reads it from our descriptors. */
export const contract = createFileRegistry(fromBinary(FileDescriptorSetSchema, fileDescriptorSet));

/** A message type of the contract, for encoding without our generated code. */
export function schema(name: string) {
  const found = contract.getMessage(name);
  if (found === undefined) throw new Error(`no message ${name} in the descriptors`);
  return found;
}
