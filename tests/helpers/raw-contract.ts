import { loadPackageDefinition, type GrpcObject, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const files = [
  'lease/v1/lease_service.proto',
  'lease/v1/cleanup_admin_service.proto',
  'lease/v1/cleanup_handler_service.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
];

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The contract as anybody reads it who has the .proto files and none of our code. */
const definition = loadSync(files, {
  includeDirs: ['proto', 'third_party/googleapis'].map((directory) => root + directory),
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

const packages = loadPackageDefinition(definition);

/** A service, e.g. `lease.v1.LeaseService`. */
export function rawService(name: string): ServiceClientConstructor {
  let found: GrpcObject[string] | undefined = packages;
  for (const part of name.split('.')) found = (found as GrpcObject | undefined)?.[part];
  if (typeof found === 'function' && 'service' in found) return found;
  throw new Error(`no such service in the contract: ${name}`);
}

/** Reads a message, e.g. `google.rpc.ErrorInfo`. */
export function rawMessage(name: string, bytes: Buffer): object {
  return messageType(name).deserialize(bytes);
}

/** Writes a message, e.g. `lease.v1.CreateLeaseRequest`. */
export function rawBytes(name: string, message: object): Buffer {
  return messageType(name).serialize(message);
}

function messageType(name: string): MessageTypeDefinition<object, object> {
  const type = definition[name] as MessageTypeDefinition<object, object> | undefined;
  if (!type) throw new Error(`no such message in the contract: ${name}`);
  return type;
}
