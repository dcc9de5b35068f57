import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { type Decoded, decodeStrict, reflectionV1, reflectionV1alpha } from '@lease/protocol';
import { requestIdOf } from '../service/request-id.js';
import { malformed, serviceError } from '../service/status.js';
import { reflector } from './reflect.js';

/** The two versions of the service differ in name only; older clients know `v1alpha`. */
const VERSIONS = [
  [reflectionV1.ServerReflectionService, reflectionV1.ServerReflectionRequest],
  [reflectionV1alpha.ServerReflectionService, reflectionV1alpha.ServerReflectionRequest],
] as const;

type Request = reflectionV1.ServerReflectionRequest;
type Conversation = ServerDuplexStream<Decoded<Request>, reflectionV1.ServerReflectionResponse>;

/**
 * Server reflection over the contract's descriptors. `services`: the names to list. (`@grpc/reflection` lists services
 * as well, but buf cannot resolve the descriptors that it sends.)
 */
export function addReflection(server: Server, services: readonly string[]): void {
  const reflect = reflector(services);
  const converse = (call: Conversation) => {
    const answer = (question: Decoded<Request>) => {
      if (!('value' in question)) {
        call.off('data', answer);
        call.emit('error', serviceError(malformed(question), requestIdOf(call.metadata)));
      } else if (!call.write(reflect(question.value))) {
        call.pause();
        call.once('drain', () => call.resume());
      }
    };
    call.on('data', answer);
    call.on('end', () => call.end());
  };
  for (const [{ serverReflectionInfo }, request] of VERSIONS) {
    const requestDeserialize = (bytes: Buffer) => decodeStrict(request, bytes);
    server.addService(
      { serverReflectionInfo: { ...serverReflectionInfo, requestDeserialize } },
      { serverReflectionInfo: converse },
    );
  }
}
