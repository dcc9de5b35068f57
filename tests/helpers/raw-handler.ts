import { Server, ServerCredentials, type ServerUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { rawService } from './raw-contract.js';

/** CleanupRequest as @grpc/proto-loader shows it. */
export interface RawCleanup {
  readonly object_type: string;
  readonly object_id: string;
  readonly cleanup_id: string;
  readonly fence: number;
  readonly generation: number;
  readonly attempt: number;
  readonly reason: 'CLEANUP_REASON_EXPIRED' | 'CLEANUP_REASON_RELEASED';
  readonly [field: string]: unknown;
}

/**
 * Serves CleanupHandlerService in this process, made from the .proto files alone, until the test has finished.
 *
 * @param cleanup throws what the caller is to see, as `{ code, details }`
 */
export async function startRawHandler(
  cleanup: (request: RawCleanup) => void | Promise<void>,
): Promise<string> {
  const server = new Server();
  server.addService(rawService('lease.v1.CleanupHandlerService').service, {
    Cleanup: (
      { request }: ServerUnaryCall<RawCleanup, object>,
      respond: (error: Partial<ServiceError> | null, answer?: object) => void,
    ) => {
      Promise.resolve(request)
        .then(cleanup)
        .then(
          () => {
            respond(null, {});
          },
          (error: unknown) => {
            respond(error as Partial<ServiceError>);
          },
        );
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  onTestFinished(() => {
    server.forceShutdown();
  });
  return `127.0.0.1:${port}`;
}
