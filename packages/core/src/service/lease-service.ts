import type { LeaseVerb, Observer } from '../events/events.js';
import type { StoreStats } from '../store/control-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Answer } from './answer.js';
import { createVerb } from './create.js';
import { MAX_BATCH } from './limits.js';
import { listAnswer, listQuery } from './list.js';
import { rulesOf, type LeaseServiceOptions } from './options.js';
import { leaseNotFound } from './refusal.js';
import { releaseVerb } from './release.js';
import { renewVerb } from './renew.js';
import type {
  CreatedLease,
  CreateLeaseRequest,
  LeaseListing,
  LeaseReading,
  ListLeasesRequest,
  ReleaseLeaseRequest,
  RenewedLease,
  RenewLeaseRequest,
} from './requests.js';
import { checkLeaseId } from './validate/lease-id.js';
import { Violations } from './validate/violations.js';
import { callEach, callOne, type Verb } from './verb.js';

type Refused = Extract<Answer<never>, { readonly ok: false }>;

/**
 * What holders of leases can do, over any transport or in process. Checks every request at the edge and names all that
 * is wrong with it; what is left, the store decides. A refusal is an answer; what is thrown is a
 * `StoreUnavailableError`, after which a write may or may not have happened and may be repeated.
 *
 * A batch takes 1 to {@link MAX_BATCH} requests and is no transaction: each is judged alone, `value[i]` answers
 * `requests[i]`. Only a batch of the wrong size is refused as a whole.
 */
export class LeaseService {
  readonly #store: LeaseStore;
  readonly #observer: Observer | undefined;
  readonly #create: ReturnType<typeof createVerb>;
  readonly #renew: ReturnType<typeof renewVerb>;
  readonly #release: ReturnType<typeof releaseVerb>;

  /** @throws RangeError naming the option that is out of range or contradicts another. */
  constructor(options: LeaseServiceOptions) {
    const { store, observer } = options;
    const rules = rulesOf(options);
    this.#store = store;
    this.#observer = observer;
    this.#create = createVerb(store, rules);
    this.#renew = renewVerb(store, rules);
    this.#release = releaseVerb(store);
  }

  /** Takes a lease. To be repeated safely, the request must carry a `leaseId` (S12). */
  async create(request: CreateLeaseRequest): Promise<Answer<CreatedLease>> {
    return this.#one(this.#create, request);
  }

  async createBatch(
    requests: readonly CreateLeaseRequest[],
  ): Promise<Answer<readonly Answer<CreatedLease>[]>> {
    return this.#batch(this.#create, requests);
  }

  /** Extends an active lease to `max(expireTime, now + ttl)`. One that has ended stays ended (S4). */
  async renew(request: RenewLeaseRequest): Promise<Answer<RenewedLease>> {
    return this.#one(this.#renew, request);
  }

  async renewBatch(requests: readonly RenewLeaseRequest[]): Promise<Answer<readonly Answer<RenewedLease>[]>> {
    return this.#batch(this.#renew, requests);
  }

  /** Ends a lease for its holder. The same release again gets the same answer. */
  async release(request: ReleaseLeaseRequest): Promise<Answer<LeaseReading>> {
    return this.#one(this.#release, request);
  }

  async releaseBatch(
    requests: readonly ReleaseLeaseRequest[],
  ): Promise<Answer<readonly Answer<LeaseReading>[]>> {
    return this.#batch(this.#release, requests);
  }

  /** The lease as it is now, ended or not. */
  async get(leaseId: string): Promise<Answer<LeaseReading>> {
    const violations = new Violations();
    const id = checkLeaseId(violations, leaseId);
    if (violations.found) return this.#refuse('get', violations.refuse());
    const { lease, now } = await this.#store.get(id);
    if (lease !== undefined) return { ok: true, value: { lease, now } };
    const message = leaseNotFound({ leaseId: id });
    return this.#refuse('get', { ok: false, refusal: { reason: 'LEASE_NOT_FOUND', message } });
  }

  /** Leases in pages. A page may hold fewer than asked for and still have a successor. */
  async list(request: ListLeasesRequest): Promise<Answer<LeaseListing>> {
    const query = listQuery(request);
    if (!query.ok) return this.#refuse('list', query);
    return { ok: true, value: listAnswer(query.value, await this.#store.list(query.value)) };
  }

  /** Totals since the store was made, and gauges. */
  stats(): Promise<StoreStats> {
    return this.#store.stats();
  }

  async #one<Request, Command, Result extends object, Value>(
    verb: Verb<Request, Command, Result, Value>,
    request: Request,
  ): Promise<Answer<Value>> {
    const answer = await callOne(verb, request);
    this.#tell(verb, answer);
    return answer;
  }

  async #batch<Request, Command, Result extends object, Value>(
    verb: Verb<Request, Command, Result, Value>,
    requests: readonly Request[],
  ): Promise<Answer<readonly Answer<Value>[]>> {
    if (requests.length < 1 || requests.length > MAX_BATCH) {
      const violations = new Violations();
      violations.add('requests', `has ${requests.length} elements: 1 to ${MAX_BATCH} are allowed`);
      return this.#refuse(verb.name, violations.refuse());
    }
    const answers = await callEach(verb, requests);
    for (const answer of answers) this.#tell(verb, answer);
    return { ok: true, value: answers };
  }

  #tell<Value>(verb: Pick<Verb<never, never, never, Value>, 'name' | 'event'>, answer: Answer<Value>): void {
    if (answer.ok) this.#observer?.(verb.event(answer.value));
    else this.#refuse(verb.name, answer);
  }

  #refuse(verb: LeaseVerb, refused: Refused): Refused {
    this.#observer?.({ type: 'refused', verb, refusal: refused.refusal });
    return refused;
  }
}
