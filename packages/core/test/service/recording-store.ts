import type {
  CreateLease,
  CreateResult,
  Lease,
  LeasePage,
  LeaseStore,
  ListLeases,
  ReleaseLease,
  ReleaseResult,
  RenewLease,
  RenewResult,
  StoreStats,
} from '../../src/index.js';

export const NOW = 1_700_000_000_000;

/** A lease as a store would hold it. */
export function leaseOf(overrides: Partial<Lease> = {}): Lease {
  return {
    leaseId: '00000000-0000-4000-8000-000000000001',
    object: { type: 'blob', id: 'b-1' },
    serviceId: 'svc',
    state: 'ACTIVE',
    generation: 7,
    ttlMs: 30_000,
    createTime: NOW,
    expireTime: NOW + 30_000,
    renewTime: NOW,
    renewalCount: 0,
    metadata: new Map(),
    hasCleanup: false,
    revived: false,
    priorAttempts: 0,
    ...overrides,
  };
}

const untouched = () => Promise.reject(new Error('the service has no business with this verb'));

/** Records what the service asks of its store; each verb succeeds, unless a test replaces its answer. */
export class RecordingStore implements LeaseStore {
  readonly creates: (readonly CreateLease[])[] = [];
  readonly renewals: (readonly RenewLease[])[] = [];
  readonly releases: (readonly ReleaseLease[])[] = [];
  readonly gets: string[] = [];
  readonly lists: ListLeases[] = [];

  onCreate = ({ leaseId, object, serviceId, ttlMs }: CreateLease): CreateResult => ({
    outcome: 'done',
    lease: leaseOf({ leaseId, object, serviceId, ttlMs }),
    now: NOW,
    replayed: false,
  });
  onRenew = ({ leaseId, serviceId }: RenewLease): RenewResult => ({
    outcome: 'done',
    lease: leaseOf({ leaseId, serviceId, renewalCount: 1 }),
    now: NOW,
    marginMs: 700,
  });
  onRelease = ({ leaseId, serviceId, disposition }: ReleaseLease): ReleaseResult => ({
    outcome: 'done',
    lease: leaseOf({ leaseId, serviceId, disposition, state: 'RELEASED', endTime: NOW }),
    now: NOW,
  });
  onGet = (leaseId: string): { lease?: Lease; now: number } => ({ lease: leaseOf({ leaseId }), now: NOW });
  onList: (query: ListLeases) => LeasePage = () => ({ leases: [leaseOf()], now: NOW });

  /** How often the service has called the store, for whatever. */
  get calls(): number {
    return [this.creates, this.renewals, this.releases, this.gets, this.lists].flat().length;
  }

  create = async (commands: readonly CreateLease[]) => {
    this.creates.push(commands);
    return Promise.resolve(commands.map((command) => this.onCreate(command)));
  };
  renew = async (commands: readonly RenewLease[]) => {
    this.renewals.push(commands);
    return Promise.resolve(commands.map((command) => this.onRenew(command)));
  };
  release = async (commands: readonly ReleaseLease[]) => {
    this.releases.push(commands);
    return Promise.resolve(commands.map((command) => this.onRelease(command)));
  };
  get = async (leaseId: string) => {
    this.gets.push(leaseId);
    return Promise.resolve(this.onGet(leaseId));
  };
  list = async (query: ListLeases) => {
    this.lists.push(query);
    return Promise.resolve(this.onList(query));
  };
  stats: () => Promise<StoreStats> = untouched;

  expireDue = untouched;
  claimCleanups = untouched;
  settleCleanups = untouched;
  getCleanup = untouched;
  listCleanups = untouched;
  listAttempts = untouched;
  retryCleanups = untouched;
  forgetCleanups = untouched;
  pause = untouched;
  resume = untouched;
  collectionState = untouched;
  prune = untouched;
  ping = untouched;
  close = untouched;
}
