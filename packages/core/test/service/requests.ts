import type {
  CleanupRequest,
  CreateLeaseRequest,
  GrpcTarget,
  HttpTarget,
  ListLeasesRequest,
  ReleaseLeaseRequest,
  RenewLeaseRequest,
} from '../../src/index.js';

export const LEASE_ID = '11111111-2222-4333-8444-555555555555';

export function create(overrides: Partial<CreateLeaseRequest> = {}): CreateLeaseRequest {
  return { leaseId: LEASE_ID, object: { type: 'blob', id: 'b-1' }, serviceId: 'svc', ...overrides };
}

export function renew(overrides: Partial<RenewLeaseRequest> = {}): RenewLeaseRequest {
  return { leaseId: LEASE_ID, serviceId: 'svc', ...overrides };
}

export function release(overrides: Partial<ReleaseLeaseRequest> = {}): ReleaseLeaseRequest {
  return { leaseId: LEASE_ID, serviceId: 'svc', ...overrides };
}

export function list(overrides: Partial<ListLeasesRequest> = {}): ListLeasesRequest {
  return { ...overrides };
}

export function http(overrides: Partial<HttpTarget> = {}): HttpTarget {
  return {
    kind: 'http',
    url: 'https://hooks.example/clean',
    headers: new Map(),
    notFoundIsDone: false,
    ...overrides,
  };
}

export function grpc(overrides: Partial<GrpcTarget> = {}): GrpcTarget {
  return { kind: 'grpc', address: 'hooks.example:443', tls: true, ...overrides };
}

export function withCleanup(cleanup: Partial<CleanupRequest> = {}): CreateLeaseRequest {
  return create({ cleanup: { target: http(), ...cleanup } });
}

export function withUrl(url: string): CreateLeaseRequest {
  return withCleanup({ target: http({ url }) });
}

export function withHeaders(...headers: readonly (readonly [string, string])[]): CreateLeaseRequest {
  return withCleanup({ target: http({ headers: new Map(headers) }) });
}

export function withAddress(address: string): CreateLeaseRequest {
  return withCleanup({ target: grpc({ address }) });
}

export function withMetadata(...metadata: readonly (readonly [string, string])[]): CreateLeaseRequest {
  return create({ metadata: new Map(metadata) });
}

/** A value of a type that TypeScript rules out, as plain JavaScript may hand it over. */
export function untyped(value: unknown): never {
  return value as never;
}
