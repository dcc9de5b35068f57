import type { Cleanup, CleanupAttempt } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import type { AdminVerb, Observer } from '../events/events.js';
import type { Answer } from '../service/answer.js';
import { LIMITS } from '../service/limits.js';
import { checkLimit } from '../service/paging.js';
import { checkText } from '../service/validate/text.js';
import { checkUuid } from '../service/validate/uuid.js';
import { Violations } from '../service/validate/violations.js';
import { checkWhole } from '../service/validate/whole.js';
import type { CollectionState } from '../store/control-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import { checkCleanupIds } from './check-cleanup-ids.js';
import { cleanupListing, cleanupQuery } from './list-cleanups.js';
import type {
  CleanupListing,
  CleanupVerdict,
  ForgetCleanupsRequest,
  ListAttemptsRequest,
  ListCleanupsRequest,
  PauseCollectionRequest,
  RetriedCleanups,
  RetryCleanupsRequest,
} from './requests.js';
import { retryCleanups, retryOrder } from './retry-cleanups.js';
import { cleanupNotFound, verdictOf } from './verdict.js';

export interface CleanupAdminOptions {
  readonly store: LeaseStore;
  /** Lets others have their turn during a long search. Default: the process's own time. */
  readonly clock?: Clock;
  /** Told of what operators do and of every refusal. Default: nobody. */
  readonly observer?: Observer;
}

type Refused = Extract<Answer<never>, { readonly ok: false }>;

/**
 * What operators can do, over any transport or in process: see what is due, abandoned or finished, deal with what was
 * abandoned, pause collection. Checks every request at the edge and names all that is wrong with it. A refusal is an
 * answer; what is thrown is a `StoreUnavailableError`, after which a write may or may not have happened and may be
 * repeated. A repeated retry finds what the first one retried abandoned no more, and says so.
 */
export class CleanupAdmin {
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #observer: Observer | undefined;

  constructor({ store, clock = systemClock, observer }: CleanupAdminOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Cleanups in pages. A page may hold fewer than asked for and still have a successor. */
  async list(request: ListCleanupsRequest = {}): Promise<Answer<CleanupListing>> {
    const query = cleanupQuery(request);
    if (!query.ok) return this.#refuse('list-cleanups', query);
    return { ok: true, value: cleanupListing(query.value, await this.#store.listCleanups(query.value)) };
  }

  /** A cleanup as it is now, open, abandoned or finished. */
  async get(cleanupId: string): Promise<Answer<Cleanup>> {
    const violations = new Violations();
    const id = checkUuid(violations, 'cleanup_id', cleanupId);
    if (violations.found) return this.#refuse('get-cleanup', violations.refuse());
    const cleanup = await this.#store.getCleanup(id);
    return cleanup === undefined ? this.#notFound('get-cleanup', id) : { ok: true, value: cleanup };
  }

  /** A cleanup's history in the order of the fences, its end if it is longer than the limit. */
  async attempts(request: ListAttemptsRequest): Promise<Answer<readonly CleanupAttempt[]>> {
    const violations = new Violations();
    const id = checkUuid(violations, 'cleanup_id', request.cleanupId);
    const limit = checkLimit(violations, 'limit', request.limit);
    if (violations.found) return this.#refuse('list-attempts', violations.refuse());
    // The cleanup last: one that is there now was there when its attempts were read.
    const attempts = await this.#store.listAttempts(id, limit);
    const cleanup = await this.#store.getCleanup(id);
    return cleanup === undefined ? this.#notFound('list-attempts', id) : { ok: true, value: attempts };
  }

  /** Gives abandoned cleanups a fresh budget: the same `cleanupId`, attempt numbers go on. Each is judged alone. */
  async retry(request: RetryCleanupsRequest): Promise<Answer<RetriedCleanups>> {
    const order = retryOrder(request);
    if (!order.ok) return this.#refuse('retry-cleanups', order);
    const retried = await retryCleanups(this.#store, this.#clock, order.value);
    const cleanupIds = this.#tellRefusals('retry-cleanups', retried.results);
    const { staggerMs } = order.value;
    if (cleanupIds.length > 0) {
      const filter = 'filter' in order.value ? { filter: order.value.filter } : {};
      this.#observer?.({ type: 'cleanups-retried', cleanupIds, ...filter, staggerMs });
    }
    return { ok: true, value: retried };
  }

  /** Drops cleanups that are abandoned or due. Each is judged alone; the same again gets the same answer. */
  async forget(request: ForgetCleanupsRequest): Promise<Answer<readonly CleanupVerdict[]>> {
    const violations = new Violations();
    const reason = checkText(violations, 'reason', request.reason, {
      minBytes: 1,
      maxBytes: LIMITS.forgetReasonBytes,
      controls: 'none',
    });
    const ids = checkCleanupIds(violations, request.cleanupIds);
    if (violations.found) return this.#refuse('forget-cleanups', violations.refuse());
    const results = await this.#store.forgetCleanups(ids.map((cleanupId) => ({ cleanupId, reason })));
    const verdicts = ids.map((id, i) => verdictOf(id, results[i], 'forgotten'));
    const cleanupIds = this.#tellRefusals('forget-cleanups', verdicts);
    if (cleanupIds.length > 0) this.#observer?.({ type: 'cleanups-forgotten', cleanupIds, reason });
    return { ok: true, value: verdicts };
  }

  /** Whether leases expire and cleanups run, and if not, why not. */
  collectionState(): Promise<CollectionState> {
    return this.#store.collectionState();
  }

  /** Stops expiry and collection at all replicas for a while. Attempts under way are finished. Replaces an earlier pause. */
  async pause(request: PauseCollectionRequest): Promise<Answer<CollectionState>> {
    const violations = new Violations();
    const forMs = checkWhole(violations, 'duration', request.forMs, { ...LIMITS.pauseMs, unit: 'ms' });
    const note = checkText(violations, 'note', request.note ?? '', {
      minBytes: 0,
      maxBytes: LIMITS.pauseNoteBytes,
      controls: 'none',
    });
    if (violations.found) return this.#refuse('pause-collection', violations.refuse());
    const state = await this.#store.pause({ forMs, note });
    this.#observer?.({ type: 'collection-paused', forMs, note });
    return { ok: true, value: state };
  }

  /** Ends every pause in force. */
  async resume(): Promise<CollectionState> {
    const state = await this.#store.resume();
    this.#observer?.({ type: 'collection-resumed' });
    return state;
  }

  /** Tells of each refusal; returns the ids of the others. */
  #tellRefusals(verb: AdminVerb, verdicts: readonly CleanupVerdict[]): readonly string[] {
    return verdicts.flatMap(({ cleanupId, answer }) => {
      if (answer.ok) return [cleanupId];
      this.#refuse(verb, answer);
      return [];
    });
  }

  #notFound(verb: AdminVerb, cleanupId: string): Refused {
    const message = cleanupNotFound(cleanupId);
    return this.#refuse(verb, { ok: false, refusal: { reason: 'CLEANUP_NOT_FOUND', message } });
  }

  #refuse(verb: AdminVerb, refused: Refused): Refused {
    this.#observer?.({ type: 'refused', verb, refusal: refused.refusal });
    return refused;
  }
}
