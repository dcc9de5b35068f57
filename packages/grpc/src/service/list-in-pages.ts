import type { LeaseService } from '@lease/core';
import { Lease, type ListLeasesRequest, type ListLeasesResponse } from '@lease/protocol';
import { leaseMessage } from './messages.js';
import { refused, type Reply } from './reply.js';
import { listRequest } from './requests.js';

/** gRPC clients accept 4 MiB unless they are told otherwise; a kilobyte is for the token and the framing. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024 - 1024;

/**
 * A page of leases that any client can receive: metadata can make a lease 55 KiB large, so 100 of them may be too much.
 * Such a page is read again with as many leases as fit, since only the store can say where the next one begins.
 */
export async function listInPages(
  service: LeaseService,
  message: ListLeasesRequest,
): Promise<Reply<ListLeasesResponse>> {
  const request = listRequest(message);
  let answer = await service.list(request);
  for (;;) {
    if (!answer.ok) return { ok: false, error: refused(answer.refusal) };
    const { nextPageToken = '', now } = answer.value;
    const leases = answer.value.leases.map(leaseMessage);
    const fitting = countFitting(leases);
    if (fitting === leases.length)
      return { ok: true, value: { leases, nextPageToken, serverTime: new Date(now) } };
    answer = await service.list({ ...request, pageSize: fitting });
  }
}

/** How many leases, from the first, fit into a page. One always does. */
function countFitting(leases: readonly Lease[]): number {
  let bytes = 0;
  for (const [i, lease] of leases.entries()) {
    bytes += 8 + Lease.encode(lease).finish().length;
    if (bytes > MAX_PAGE_BYTES) return Math.max(1, i);
  }
  return leases.length;
}
