import type { AbandonedCleanupFilter } from '../admin/requests.js';
import type { AbandonReason, CleanupClaim } from '../cleanup/cleanup.js';
import type { BreakerState } from '../collector/breaker.js';
import type { Lease } from '../lease/lease.js';
import type { Refusal } from '../service/answer.js';
import type { SweepReport } from '../store/control-verbs.js';

/** What happened, for logs and metrics. Told after the fact; nothing waits for it. */
export type LeaseEvent =
  | { readonly type: 'lease-created'; readonly lease: Lease; readonly replayed: boolean }
  /** `marginMs`: how far ahead its end was; negative: the renewal came late. */
  | { readonly type: 'lease-renewed'; readonly lease: Lease; readonly marginMs: number }
  | { readonly type: 'lease-released'; readonly lease: Lease }
  | { readonly type: 'refused'; readonly verb: LeaseVerb | AdminVerb; readonly refusal: Refusal }
  | { readonly type: 'swept'; readonly report: SweepReport; readonly durationMs: number }
  | { readonly type: 'cleanups-claimed'; readonly claims: readonly CleanupClaim[] }
  | {
      readonly type: 'attempt-ended';
      readonly claim: CleanupClaim;
      readonly outcome: 'done' | 'retry' | 'fail' | 'unstarted';
      readonly abandonReason?: AbandonReason;
      readonly durationMs: number;
      readonly statusCode?: number;
      readonly detail?: string;
    }
  /**
   * The breaker of an endpoint changed; forgotten, it counts as closed again. `tripped`: how many breakers of this process
   * are open or half-open now.
   */
  | {
      readonly type: 'breaker-changed';
      readonly endpoint: string;
      readonly from: BreakerState;
      readonly to: BreakerState | 'forgotten';
      readonly tripped: number;
    }
  /** An operator's doings, for whoever wants to know later. `filter` is set where no ids were named. */
  | {
      readonly type: 'cleanups-retried';
      readonly cleanupIds: readonly string[];
      readonly filter?: AbandonedCleanupFilter;
      readonly staggerMs: number;
    }
  | { readonly type: 'cleanups-forgotten'; readonly cleanupIds: readonly string[]; readonly reason: string }
  | { readonly type: 'collection-paused'; readonly forMs: number; readonly note: string }
  | { readonly type: 'collection-resumed' }
  /** An outcome that the store refused: the claim had run out and somebody else has it. */
  | { readonly type: 'outcome-stale'; readonly claim: CleanupClaim }
  /**
   * A step of the collector failed and will be tried again. `execute`: an executor rejected, which it must not; its
   * attempt counts as unanswered. `settle`, with an error that says so: an outcome was given up and will count as lost.
   */
  | { readonly type: 'step-failed'; readonly step: CollectorStep; readonly error: unknown };

export type LeaseVerb = 'create' | 'renew' | 'release' | 'get' | 'list';
export type AdminVerb =
  | 'list-cleanups'
  | 'get-cleanup'
  | 'list-attempts'
  | 'retry-cleanups'
  | 'forget-cleanups'
  | 'pause-collection';
export type CollectorStep = 'sweep' | 'claim' | 'execute' | 'settle' | 'prune';

/** Called synchronously; must not throw and must not wait. */
export type Observer = (event: LeaseEvent) => void;
