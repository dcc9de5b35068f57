import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import * as wire from '@lease/protocol';

/** A refusal of the whole call. */
class Refused extends Error {
  constructor(readonly details: wire.StatusDetails) {
    super(details.message);
  }
}

export const refusedAs = (reason: wire.Reason, more: Partial<wire.StatusDetails> = {}) =>
  new Refused({ code: wire.REASON_STATUS[reason], message: `refused: ${reason}`, reason, ...more });

type Rpc = keyof wire.LeaseServiceServer;

/** What happens to a call before it is carried out, and after: throw to refuse it, wait to delay it. */
type Script = (rpc: Rpc, request: never) => Promise<void> | void;

/** A real gRPC server with leases in a map: just enough semantics to test a client against, and a script. */
export class ScriptedServer {
  readonly leases = new Map<string, wire.Lease>();
  readonly calls: { readonly rpc: Rpc; readonly request: unknown }[] = [];
  before: Script = () => undefined;
  after: Script = () => undefined;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
  port = 0;

  static async start(port = 0, credentials = ServerCredentials.createInsecure()): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    server.#server.addService(wire.LeaseServiceDefinition, { ...server.#implementation() });
    server.port = await new Promise<number>((resolve, reject) => {
      server.#server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  requests<T>(rpc: Rpc): T[] {
    return this.calls.filter((call) => call.rpc === rpc).map(({ request }) => request as T);
  }

  /** As a killed process: connections are cut, calls unanswered. */
  kill(): void {
    this.#server.forceShutdown();
  }

  #implementation(): wire.LeaseServiceServer {
    const now = () => new Date();
    const answerTo = <Q, A>(rpc: Rpc, carryOut: (request: Q) => A) => {
      return ({ request }: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>) => {
        this.calls.push({ rpc, request });
        void (async () => {
          await this.before(rpc, request as never);
          const answer = carryOut(request);
          await this.after(rpc, request as never);
          return answer;
        })().then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(serviceError(error)),
        );
      };
    };
    const result = <A extends { lease: wire.Lease | undefined }>(carryOut: () => A) => {
      try {
        const { lease, ...rest } = carryOut();
        if (lease === undefined) throw new Error('no lease');
        return { ...rest, answer: { $case: 'lease' as const, value: lease } };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { answer: { $case: 'error' as const, value: wire.toStatus(error.details) } };
      }
    };
    const create = (request: wire.CreateLeaseRequest) => this.#create(request, now());
    const renew = (request: wire.RenewLeaseRequest) => this.#renew(request, now());
    const release = (request: wire.ReleaseLeaseRequest) => this.#release(request, now());
    return {
      createLease: answerTo('createLease', create),
      renewLease: answerTo('renewLease', renew),
      releaseLease: answerTo('releaseLease', release),
      getLease: answerTo('getLease', ({ leaseId }: wire.GetLeaseRequest) => ({
        lease: this.#known(leaseId),
        serverTime: now(),
      })),
      listLeases: answerTo('listLeases', (request: wire.ListLeasesRequest) => {
        const all = [...this.leases.values()].filter(
          ({ state }) => request.state === wire.LeaseState.UNSPECIFIED || request.state === state,
        );
        const [from, size] = [Number(request.pageToken), request.pageSize || 100];
        const nextPageToken = from + size < all.length ? String(from + size) : '';
        return { leases: all.slice(from, from + size), nextPageToken, serverTime: now() };
      }),
      batchCreateLeases: answerTo('batchCreateLeases', ({ requests }: wire.BatchCreateLeasesRequest) => ({
        results: requests.map((each) => ({
          replayed: false,
          revived: false,
          priorAttempts: 0,
          ...result(() => create(each)),
        })),
        serverTime: now(),
      })),
      batchRenewLeases: answerTo('batchRenewLeases', ({ requests }: wire.BatchRenewLeasesRequest) => ({
        results: requests.map((each) => result(() => renew(each))),
        serverTime: now(),
      })),
      batchReleaseLeases: answerTo('batchReleaseLeases', ({ requests }: wire.BatchReleaseLeasesRequest) => ({
        results: requests.map((each) => result(() => release(each))),
        serverTime: now(),
      })),
      getStats: answerTo('getStats', (): wire.GetStatsResponse => ({
        stats: wire.Stats.fromPartial({
          leases: { created: 7n, active: BigInt(this.leases.size) },
          cleanups: { ended: 3n },
          attempts: { stale: 2n },
          heldObjects: 9_007_199_254_740_991n,
        }),
        serverTime: now(),
      })),
    };
  }

  #create(request: wire.CreateLeaseRequest, now: Date): wire.CreateLeaseResponse {
    const known = this.leases.get(request.leaseId);
    if (request.object?.id === 'refused') throw refusedAs('CLEANUP_OWNED');
    const ttl = request.ttl ?? wire.msToDuration(300_000);
    const lease = known ?? {
      ...wire.Lease.create(),
      leaseId: request.leaseId,
      object: request.object,
      serviceId: request.serviceId,
      state: wire.LeaseState.ACTIVE,
      createTime: now,
      expireTime: new Date(now.getTime() + msOf(ttl)),
      renewTime: now,
      ttl,
      metadata: request.metadata,
      generation: 1_700_000_000_000_001n,
      hasCleanup: request.cleanup !== undefined,
    };
    this.leases.set(lease.leaseId, lease);
    return { lease, replayed: known !== undefined, revived: false, priorAttempts: 0, serverTime: now };
  }

  #renew({ leaseId, ttl }: wire.RenewLeaseRequest, now: Date): wire.RenewLeaseResponse {
    const lease = this.#known(leaseId);
    if (lease.state !== wire.LeaseState.ACTIVE) throw refusedAs('LEASE_ENDED');
    lease.expireTime = new Date(now.getTime() + msOf(ttl ?? lease.ttl));
    lease.renewalCount += 1;
    return { lease, serverTime: now };
  }

  #release({ leaseId, disposition }: wire.ReleaseLeaseRequest, now: Date): wire.ReleaseLeaseResponse {
    const lease = this.#known(leaseId);
    Object.assign(lease, { state: wire.LeaseState.RELEASED, disposition, endTime: now });
    return { lease, serverTime: now };
  }

  #known(leaseId: string): wire.Lease {
    const lease = this.leases.get(leaseId);
    if (lease === undefined) throw refusedAs('LEASE_NOT_FOUND');
    return lease;
  }
}

function msOf(duration: wire.Duration | undefined): number {
  const decoded = wire.durationToMs(duration ?? wire.msToDuration(0));
  if ('refusal' in decoded) throw new Error(decoded.refusal);
  return decoded.ms;
}

function serviceError(error: unknown) {
  if (!(error instanceof Refused)) return { code: 13, details: String(error) };
  const metadata = new Metadata();
  metadata.set(wire.STATUS_DETAILS_KEY, wire.encodeStatusDetails(error.details));
  return { code: error.details.code, details: error.details.message, metadata };
}
