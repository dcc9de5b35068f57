import type { AbandonReason, CleanupState, Contact, Disposition, LeaseState } from '@lease/core';

/**
 * What a sequence does next. Steps point at leases, claims and cleanups by counting back among those that there are when
 * the step is taken, so that most of them hit something, and what is left of a sequence when it shrinks still does.
 */
export type Step =
  | { readonly do: 'write'; readonly writes: readonly Write[] }
  | { readonly do: 'sweep'; readonly limit: number; readonly graceMs: number }
  | {
      readonly do: 'claim';
      readonly claimant: string;
      readonly limit: number;
      readonly perEndpointLimit: number;
      /** Endpoints, by number. */
      readonly busy: readonly number[];
      readonly claimMs: number;
    }
  | { readonly do: 'advance'; readonly ms: number }
  /** Seconds pass with a sweep in each, which makes no gap. */
  | { readonly do: 'elapse'; readonly seconds: number }
  | { readonly do: 'pause'; readonly forMs: number }
  | { readonly do: 'resume' }
  | { readonly do: 'prune'; readonly leasesMs: number; readonly cleanupsMs: number }
  | { readonly do: 'reopen'; readonly awayMs: number; readonly wallMs: number }
  | {
      readonly do: 'list';
      readonly service?: number;
      readonly object?: number;
      readonly state?: LeaseState;
      readonly limit: number;
    }
  | {
      readonly do: 'list-cleanups';
      readonly state?: CleanupState;
      readonly service?: number;
      readonly limit: number;
    };

/** One verb of a burst: all verbs of a burst are sent before the first is answered, and may share a commit. */
export type Write =
  | { readonly verb: 'create'; readonly commands: readonly CreateStep[] }
  | { readonly verb: 'renew'; readonly commands: readonly RenewStep[] }
  | { readonly verb: 'release'; readonly commands: readonly ReleaseStep[] }
  | { readonly verb: 'settle'; readonly outcomes: readonly SettleStep[] }
  | { readonly verb: 'retry'; readonly cleanups: readonly Pointer[]; readonly delayMs: number }
  | { readonly verb: 'forget'; readonly cleanups: readonly Pointer[] };

/** Among those that the verb is meant for, or among all that ever were: the latest is 0. */
export interface Pointer {
  readonly among: 'fit' | 'all';
  readonly back: number;
}

export interface CreateStep {
  /** Sends an earlier command again instead, with another ttl if `altered`. */
  readonly again?: { readonly back: number; readonly altered: boolean };
  readonly object: number;
  readonly service: number;
  readonly ttlMs: number;
  /** None, or one of the few specs. */
  readonly cleanup?: number;
  readonly tag: string;
  readonly maxActive: number;
}

interface RenewStep {
  readonly lease: Pointer;
  /** Whether somebody else tries. */
  readonly stranger: boolean;
  readonly ttlMs?: number;
}

interface ReleaseStep {
  readonly lease: Pointer;
  readonly stranger: boolean;
  readonly disposition: Disposition;
}

export interface SettleStep {
  readonly claim: Pointer;
  readonly kind: 'done' | 'retry' | 'fail' | 'unstarted';
  readonly contact: Contact;
  readonly delayMs: number;
  readonly abandonReason: AbandonReason;
  readonly detail?: string;
  /** Added to the fence: anything but 0 is a forgery. */
  readonly fenceOff: number;
}
