import {
  type CallOptions,
  Client,
  credentials,
  Metadata,
  Server,
  type ServerInterceptor,
  type ServiceError,
} from '@grpc/grpc-js';
import { CleanupAdmin, LeaseService, type LeaseServiceOptions, type LeaseStore } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import {
  CreateLeaseRequest,
  decodeStatusDetails,
  LeaseServiceClient,
  LeaseServiceDefinition,
  ReleaseLeaseRequest,
  RenewLeaseRequest,
  STATUS_DETAILS_KEY,
  type StatusDetails,
} from '@lease/protocol';
import { MemoryStore } from '@lease/storage-memory';
import { type FaultyCall, type MountedLease, mountLease } from '../src/index.js';
import { bind } from './handler-server.js';

/** How a call ended: a message, or an error with its details unpacked. */
export type Outcome<T> = { readonly value: T } | { readonly error: Partial<StatusDetails> };

export interface Served extends AsyncDisposable {
  readonly address: string;
  readonly server: Server;
  readonly mounted: MountedLease;
  readonly store: LeaseStore;
  readonly clock: ManualClock;
  /** What `onFault` was told. */
  readonly faults: ({ readonly error: unknown } & FaultyCall)[];
  readonly client: LeaseServiceClient;
  /** Calls an RPC by its name in the generated code, with the generated types. */
  call<Name extends keyof Rpcs>(
    name: Name,
    request: RequestOf<Name>,
    options?: CallOptions,
  ): Promise<Outcome<ResponseOf<Name>>>;
  /** Calls an RPC with bytes instead of a message. */
  callRaw(path: string, bytes: Buffer): Promise<Outcome<Buffer>>;
}

type Rpcs = typeof LeaseServiceDefinition;
type RequestOf<Name extends keyof Rpcs> = Parameters<Rpcs[Name]['requestSerialize']>[0];
type ResponseOf<Name extends keyof Rpcs> = ReturnType<Rpcs[Name]['responseDeserialize']>;

/** Lease on a real server of grpc-js, with a store in memory whose clock the test holds. */
export async function served(
  options: {
    store?: (store: LeaseStore) => LeaseStore;
    maxLeases?: number;
    interceptors?: ServerInterceptor[];
    /** Whether CleanupAdminService is mounted, too. Default false. */
    withAdmin?: boolean;
  } & Partial<Omit<LeaseServiceOptions, 'store'>> = {},
): Promise<Served> {
  const {
    store: wrap = (store: LeaseStore) => store,
    maxLeases,
    interceptors = [],
    withAdmin,
    ...rest
  } = options;
  const clock = new ManualClock();
  const store = wrap(new MemoryStore(maxLeases === undefined ? { clock } : { clock, maxLeases }));
  const service = new LeaseService({ store, admitTarget: () => undefined, ...rest });
  const faults: Served['faults'] = [];
  const server = new Server({ interceptors });
  const mounted = mountLease(server, {
    service,
    ...(withAdmin === true && { admin: new CleanupAdmin({ store }) }),
    onFault: (error, call) => faults.push({ error, ...call }),
  });
  const address = `127.0.0.1:${await bind(server)}`;
  const client = new LeaseServiceClient(address, credentials.createInsecure());
  const raw = new Client(address, credentials.createInsecure());
  const identity = (bytes: Buffer) => bytes;
  return {
    address,
    server,
    mounted,
    store,
    clock,
    faults,
    client,
    call: (name, request, callOptions = {}) => {
      const { path, requestSerialize, responseDeserialize } = LeaseServiceDefinition[name];
      return new Promise((resolve) => {
        client.makeUnaryRequest(
          path,
          requestSerialize as (value: unknown) => Buffer,
          responseDeserialize as (bytes: Buffer) => ResponseOf<typeof name>,
          request,
          new Metadata(),
          callOptions,
          (error, value) => {
            resolve(outcome(error, value));
          },
        );
      });
    },
    callRaw: (path, bytes) =>
      new Promise((resolve) => {
        raw.makeUnaryRequest(path, identity, identity, bytes, (error, value) => {
          resolve(outcome(error, value));
        });
      }),
    [Symbol.asyncDispose]: () => {
      client.close();
      raw.close();
      server.forceShutdown();
      return store.close();
    },
  };
}

function outcome<T>(error: ServiceError | null, value: T | undefined): Outcome<T> {
  if (error === null) return { value: value as T };
  const [bytes] = error.metadata.get(STATUS_DETAILS_KEY);
  const details = Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes) : undefined;
  return { error: { ...details, code: error.code, message: error.details } };
}

/** The message of a call that must have succeeded. */
export function valueOf<T>(result: Outcome<T>): T {
  if ('value' in result) return result.value;
  throw new Error(`the call failed: ${JSON.stringify(result.error)}`);
}

/** The error of a call that must have failed. */
export function errorOf(result: Outcome<unknown>): Partial<StatusDetails> {
  if ('error' in result) return result.error;
  throw new Error(`the call succeeded: ${String(result.value)}`);
}

/** The n-th of a series of lease ids. */
export function leaseId(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** A valid create of lease n, on an object of its own; `parts` replace fields. */
export function create(n: number, parts: Partial<CreateLeaseRequest> = {}): CreateLeaseRequest {
  return {
    ...CreateLeaseRequest.fromPartial({
      leaseId: leaseId(n),
      object: { type: 'blob', id: `object-${n}` },
      serviceId: 'service-a',
    }),
    ...parts,
  };
}

export function renew(n: number, parts: Partial<RenewLeaseRequest> = {}): RenewLeaseRequest {
  return { ...RenewLeaseRequest.fromPartial({ leaseId: leaseId(n), serviceId: 'service-a' }), ...parts };
}

export function release(n: number, parts: Partial<ReleaseLeaseRequest> = {}): ReleaseLeaseRequest {
  return { ...ReleaseLeaseRequest.fromPartial({ leaseId: leaseId(n), serviceId: 'service-a' }), ...parts };
}

export function seconds(n: number) {
  return { seconds: BigInt(n), nanos: 0 };
}
