import type { CleanupAdmin, CleanupVerdict } from '@lease/core';
import {
  Cleanup,
  type CleanupAdminServiceDefinition,
  ForgetCleanupsRequest,
  GetCleanupRequest,
  GetCollectionStateRequest,
  ListCleanupAttemptsRequest,
  ListCleanupsRequest,
  PauseCollectionRequest,
  ResumeCollectionRequest,
  RetryCleanupsRequest,
  toStatus,
} from '@lease/protocol';
import { listInPages } from '../service/list-in-pages.js';
import { refused, replyWith } from '../service/reply.js';
import { milliseconds } from '../service/requests.js';
import type { UnaryMethods } from '../service/unary-service.js';
import { attemptMessage, cleanupMessage, stateReading } from './admin-messages.js';
import { listCleanupsRequest, retryCleanupsRequest } from './admin-requests.js';

/** `lease.v1.CleanupAdminService`: each RPC calls a verb and turns its answer into a message. */
export function adminMethods(admin: CleanupAdmin): UnaryMethods<typeof CleanupAdminServiceDefinition> {
  return {
    listCleanups: {
      request: ListCleanupsRequest,
      reply: (message) => listCleanups(admin, message),
    },
    getCleanup: {
      request: GetCleanupRequest,
      reply: async ({ cleanupId }) =>
        replyWith(await admin.get(cleanupId), (cleanup) => ({ cleanup: cleanupMessage(cleanup) })),
    },
    retryCleanups: {
      request: RetryCleanupsRequest,
      reply: async (message) =>
        replyWith(await admin.retry(retryCleanupsRequest(message)), ({ results, more }) => ({
          results: results.map(resultMessage),
          more,
        })),
    },
    forgetCleanups: {
      request: ForgetCleanupsRequest,
      reply: async (message) =>
        replyWith(await admin.forget(message), (verdicts) => ({ results: verdicts.map(resultMessage) })),
    },
    listCleanupAttempts: {
      request: ListCleanupAttemptsRequest,
      reply: async (message) =>
        replyWith(await admin.attempts(message), (attempts) => ({ attempts: attempts.map(attemptMessage) })),
    },
    getCollectionState: {
      request: GetCollectionStateRequest,
      reply: async () => ({ ok: true, value: stateReading(await admin.collectionState()) }),
    },
    pauseCollection: {
      request: PauseCollectionRequest,
      reply: async ({ duration, note }) => {
        // Without one it is refused where all else is checked.
        const forMs = duration === undefined ? (undefined as unknown as number) : milliseconds(duration);
        return replyWith(await admin.pause({ forMs, note }), stateReading);
      },
    },
    resumeCollection: {
      request: ResumeCollectionRequest,
      reply: async () => ({ ok: true, value: stateReading(await admin.resume()) }),
    },
  };
}

async function listCleanups(admin: CleanupAdmin, message: ListCleanupsRequest) {
  const request = listCleanupsRequest(message);
  const reply = await listInPages({
    read: (pageSize = message.pageSize) => admin.list({ ...request, pageSize }),
    elements: ({ cleanups }) => cleanups.map(cleanupMessage),
    sizeOf: (cleanup) => Cleanup.encode(cleanup).finish().length,
  });
  if (!reply.ok) return reply;
  const { elements: cleanups, ...rest } = reply.value;
  return { ok: true, value: { cleanups, ...rest } } as const;
}

function resultMessage({ cleanupId, answer }: CleanupVerdict) {
  return { cleanupId, error: answer.ok ? undefined : toStatus(refused(answer.refusal)) };
}
