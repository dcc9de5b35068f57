import { type handleUnaryCall, Metadata, type MethodDefinition, status } from '@grpc/grpc-js';
import {
  CleanupHandlerServiceDefinition,
  CleanupRequest,
  type CleanupResponse,
  decodeStrict,
  encodeStatusDetails,
  STATUS_DETAILS_KEY,
} from '@lease/protocol';
import type { Cleanup } from './cleanup.js';
import { cleanupFromMessage, MalformedCleanupError } from './parse-cleanup.js';
import type { Outcome, Reception } from './reception.js';
import { UnverifiedError, verifiedCleanup, type Verifier } from './verifier.js';

/**
 * An answer to a gRPC callback: OK and NOT_FOUND are done, INVALID_ARGUMENT and UNAUTHENTICATED end the cleanup, the others
 * here are retried.
 */
interface GrpcAnswer {
  readonly code: status;
  readonly details: string;
  readonly retryAfterMs?: number | undefined;
  /** Tells the server that this is no answer yet: the object must not be revived while the earlier attempt runs. */
  readonly running?: true;
}

const asItIs = (bytes: Buffer): Buffer => bytes;

/** `lease.v1.CleanupHandlerService`, but for the request, which stays the bytes that came: those were signed. */
export const handlerDefinition = {
  cleanup: {
    ...CleanupHandlerServiceDefinition.cleanup,
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
  } satisfies MethodDefinition<Buffer, CleanupResponse>,
};

// A type: grpc-js asks for an index signature, which interfaces do not have.
export type HandlerImplementation = {
  readonly cleanup: handleUnaryCall<Buffer, CleanupResponse>;
};

/** Answers gRPC callbacks. Without a verifier, all are believed. */
export function handlerService(reception: Reception, verifier: Verifier | undefined): HandlerImplementation {
  return {
    cleanup: ({ request, metadata }, callback) => {
      void answerGrpc(reception, verifier, request, metadata).then((answer) => {
        if (answer.code === status.OK) callback(null, {});
        else callback({ ...answer, metadata: metadataOf(answer) });
      });
    },
  };
}

async function answerGrpc(
  reception: Reception,
  verifier: Verifier | undefined,
  request: Uint8Array,
  metadata: Metadata,
): Promise<GrpcAnswer> {
  try {
    return answerTo(await reception.receive(readCleanup(request, metadata, verifier)));
  } catch (error) {
    return refusal(error);
  }
}

/** The cleanup that the call asks for; verified, if there is a verifier, before anything is made of the request. */
function readCleanup(request: Uint8Array, metadata: Metadata, verifier: Verifier | undefined): Cleanup {
  if (verifier === undefined) return decode(request);
  // What came twice is one value here, with a comma in it.
  const claim = verifier.claimIn((name) => metadata.get(name)[0]);
  verifier.verify(claim, request);
  return verifiedCleanup(claim, decode(request));
}

function decode(request: Uint8Array): Cleanup {
  const decoded = decodeStrict(CleanupRequest, request);
  if ('value' in decoded) return cleanupFromMessage(decoded.value);
  throw new MalformedCleanupError(`${decoded.field || 'the request'} ${decoded.malformed}`);
}

function refusal(error: unknown): GrpcAnswer {
  if (error instanceof UnverifiedError) return { code: status.UNAUTHENTICATED, details: error.message };
  if (error instanceof MalformedCleanupError) {
    return { code: status.INVALID_ARGUMENT, details: error.message };
  }
  throw error;
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
      // Not UNAVAILABLE: a server that gets it several times in a row lets all cleanups of the endpoint wait.
      return {
        code: status.ABORTED,
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
