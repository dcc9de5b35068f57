import { Metadata, type sendUnaryData, type ServerUnaryCall, status } from '@grpc/grpc-js';
import {
  type CleanupHandlerServiceServer,
  type CleanupRequest,
  type CleanupResponse,
  encodeStatusDetails,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import { cleanupFromMessage, MalformedCleanupError } from './parse-cleanup.js';
import type { Outcome, Reception } from './reception.js';

/** An answer to a gRPC callback: OK and NOT_FOUND are done, INVALID_ARGUMENT ends the cleanup, the others here are retried. */
interface GrpcAnswer {
  readonly code: status;
  readonly details: string;
  readonly retryAfterMs?: number | undefined;
  /** Tells the server that this is no answer yet: the object must not be revived while the earlier attempt runs. */
  readonly running?: true;
}

/** `lease.v1.CleanupHandlerService` over a reception. */
export function handlerService(reception: Reception): CleanupHandlerServiceServer {
  return {
    cleanup: (
      { request }: ServerUnaryCall<CleanupRequest, CleanupResponse>,
      callback: sendUnaryData<CleanupResponse>,
    ) => {
      void answerGrpc(reception, request).then((answer) => {
        if (answer.code === status.OK) callback(null, {});
        else callback({ ...answer, metadata: metadataOf(answer) });
      });
    },
  };
}

async function answerGrpc(reception: Reception, request: CleanupRequest): Promise<GrpcAnswer> {
  try {
    return answerTo(await reception.receive(cleanupFromMessage(request)));
  } catch (error) {
    if (!(error instanceof MalformedCleanupError)) throw error;
    return { code: status.INVALID_ARGUMENT, details: error.message };
  }
}

function answerTo(outcome: Outcome): GrpcAnswer {
  switch (outcome.kind) {
    case 'done':
      return { code: status.OK, details: '' };
    case 'gone':
      return { code: status.NOT_FOUND, details: 'gone already' };
    case 'fail':
      return { code: status.INVALID_ARGUMENT, details: outcome.detail };
    case 'retry':
      return {
        code: status.UNAVAILABLE,
        details: outcome.detail || 'not now',
        retryAfterMs: outcome.afterMs,
      };
    case 'running':
      return {
        code: status.UNAVAILABLE,
        details: 'an earlier attempt still runs',
        retryAfterMs: outcome.afterMs,
        running: true,
      };
    case 'closing':
      return { code: status.UNAVAILABLE, details: 'closing' };
    case 'stale':
      return { code: status.FAILED_PRECONDITION, details: 'a later attempt has been seen' };
    case 'unhandled':
      // Not UNIMPLEMENTED, which would end the cleanup: the handler may come with the next release.
      return { code: status.FAILED_PRECONDITION, details: 'no handler for this object type' };
    case 'error':
      return { code: status.INTERNAL, details: 'the handler failed' };
  }
}

function metadataOf({ code, details, retryAfterMs, running }: GrpcAnswer): Metadata {
  const metadata = new Metadata();
  if (running) metadata.set('lease-running', '1');
  if (retryAfterMs !== undefined) {
    metadata.set(
      STATUS_DETAILS_KEY,
      encodeStatusDetails({ code, message: details, retryAfterMs: Math.ceil(retryAfterMs) }),
    );
  }
  return metadata;
}
