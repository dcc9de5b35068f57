import type { Answer, CreatedLease, LeaseReading, LeaseService } from '@lease/core';
import {
  BatchCreateLeasesRequest,
  BatchReleaseLeasesRequest,
  BatchRenewLeasesRequest,
  CreateLeaseRequest,
  GetLeaseRequest,
  GetStatsRequest,
  Lease,
  type LeaseServiceDefinition,
  ListLeasesRequest,
  ReleaseLeaseRequest,
  RenewLeaseRequest,
  type Status,
  toStatus,
} from '@lease/protocol';
import { listInPages } from './list-in-pages.js';
import { leaseMessage, statsMessage } from './messages.js';
import { refused, replyWith } from './reply.js';
import { createRequest, listRequest, releaseRequest, renewRequest } from './requests.js';
import type { UnaryMethods } from './unary-service.js';

/** `lease.v1.LeaseService`: each RPC calls the verb of the same name and turns its answer into a message. */
export function leaseMethods(service: LeaseService): UnaryMethods<typeof LeaseServiceDefinition> {
  return {
    createLease: {
      request: CreateLeaseRequest,
      reply: async (request) =>
        replyWith(await service.create(createRequest(request)), creation, request.serviceId),
    },
    renewLease: {
      request: RenewLeaseRequest,
      reply: async (request) => replyWith(await service.renew(renewRequest(request)), reading),
    },
    releaseLease: {
      request: ReleaseLeaseRequest,
      reply: async (request) => replyWith(await service.release(releaseRequest(request)), reading),
    },
    getLease: {
      request: GetLeaseRequest,
      reply: async ({ leaseId }) => replyWith(await service.get(leaseId), reading),
    },
    listLeases: {
      request: ListLeasesRequest,
      reply: (message) => listLeases(service, message),
    },
    batchCreateLeases: {
      request: BatchCreateLeasesRequest,
      reply: async ({ requests }) =>
        replyWith(await service.createBatch(requests.map(createRequest)), (answers) => ({
          results: answers.map((answer, i) => ({
            answer: leaseOrError(answer, requests[i]?.serviceId),
            ...life(answer),
          })),
          serverTime: latest(answers),
        })),
    },
    batchRenewLeases: {
      request: BatchRenewLeasesRequest,
      reply: async ({ requests }) =>
        replyWith(await service.renewBatch(requests.map(renewRequest)), readings),
    },
    batchReleaseLeases: {
      request: BatchReleaseLeasesRequest,
      reply: async ({ requests }) =>
        replyWith(await service.releaseBatch(requests.map(releaseRequest)), readings),
    },
    getStats: {
      request: GetStatsRequest,
      reply: async () => {
        const stats = await service.stats();
        return { ok: true, value: { stats: statsMessage(stats), serverTime: new Date(stats.now) } };
      },
    },
  };
}

async function listLeases(service: LeaseService, message: ListLeasesRequest) {
  const request = listRequest(message);
  const reply = await listInPages({
    read: (pageSize = message.pageSize) => service.list({ ...request, pageSize }),
    elements: ({ leases }) => leases.map(leaseMessage),
    sizeOf: (lease) => Lease.encode(lease).finish().length,
  });
  if (!reply.ok) return reply;
  const { elements: leases, ...rest } = reply.value;
  return { ok: true, value: { leases, ...rest } } as const;
}

function reading({ lease, now }: LeaseReading) {
  return { lease: leaseMessage(lease), serverTime: new Date(now) };
}

function creation(created: CreatedLease) {
  const { replayed, lease } = created;
  return { ...reading(created), replayed, revived: lease.revived, priorAttempts: lease.priorAttempts };
}

function readings(answers: readonly Answer<LeaseReading>[]) {
  return {
    results: answers.map((answer) => ({ answer: leaseOrError(answer) })),
    serverTime: latest(answers),
  };
}

function leaseOrError(
  answer: Answer<LeaseReading>,
  serviceId?: string,
): { $case: 'lease'; value: Lease } | { $case: 'error'; value: Status } {
  return answer.ok
    ? { $case: 'lease', value: leaseMessage(answer.value.lease) }
    : { $case: 'error', value: toStatus(refused(answer.refusal, serviceId)) };
}

function life(answer: Answer<CreatedLease>) {
  if (!answer.ok) return { replayed: false, revived: false, priorAttempts: 0 };
  const { lease, replayed } = answer.value;
  return { replayed, revived: lease.revived, priorAttempts: lease.priorAttempts };
}

/** Refusals carry no instant: a batch that was refused in all its parts has no server time. */
function latest(answers: readonly Answer<LeaseReading>[]): Date | undefined {
  const instants = answers.flatMap((answer) => (answer.ok ? [answer.value.now] : []));
  return instants.length === 0 ? undefined : new Date(Math.max(...instants));
}
