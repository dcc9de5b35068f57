import type { CleanupTarget } from '../cleanup/cleanup-spec.js';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import type { AttemptResult } from '../collector/executor.js';
import type { TargetPolicy } from '../service/target-policy.js';
import { AllowList } from './allow-list.js';
import { EgressRules } from './egress-rules.js';
import { Lookups, type Resolution } from './lookups.js';
import { interfaceAddresses, OwnListeners } from './own-listeners.js';
import { RecentAnswers } from './recent-answers.js';
import { type ResolveName, systemPlaces, systemResolveName } from './resolve-name.js';

export interface EgressGuardOptions {
  /** Whether loopback may be called. True only while nobody but this machine can ask for it: every listener is loopback. */
  readonly allowLoopback: boolean;
  /**
   * What else may be called: names, `.suffix` (names below it), addresses, CIDR networks, `public`. Default: nothing.
   * No entry opens loopback. Metadata, multicast and unspecified addresses open to their own entry only. A name that an
   * entry covers may have public and private addresses; any other name only such as are allowed themselves.
   */
  readonly allow?: readonly string[];
  /**
   * Ports that this process listens on: on this machine they are never called. Read at each verdict, so that ports may be
   * added when they are bound. Default: none.
   */
  readonly ownPorts?: ReadonlySet<number>;
  /** The addresses of this machine, besides loopback. Default: those of its network interfaces at the time. */
  readonly ownAddresses?: () => readonly string[];
  /**
   * Default: `dns.lookup` of Node, which is what the system does for everybody, in half of the threads of libuv's pool: two,
   * and two names that hang hold up all others, unless the process is started with UV_THREADPOOL_SIZE in its environment.
   */
  readonly resolveName?: ResolveName;
  /** Default: the process's own time. */
  readonly clock?: Clock;
}

/** Where an attempt may connect to. */
export type Route =
  | {
      readonly kind: 'open';
      /** Checked for this attempt: it may connect to one of these, and to nothing else. In the order of preference. */
      readonly addresses: readonly string[];
      /** Whom the other side must prove to be, without a final dot; unset if the target is an address. */
      readonly name?: string;
    }
  /** Nowhere, and this is what the attempt ends with. */
  | { readonly kind: 'closed'; readonly result: AttemptResult };

/**
 * Says what a cleanup may call. Egress is denied unless allowed, since whoever may create a lease chooses what this
 * process connects to. One guard serves the service (`admitTarget`) and the executors.
 */
export interface EgressGuard {
  /**
   * For creates. Answers at once unless a name must be looked up, which takes 2 s at most. A name that does not resolve is
   * admitted if an entry covers the name, or with `public`.
   */
  readonly admitTarget: TargetPolicy;
  /**
   * For one attempt: judges the target again, and looks a name up anew. A name that does not resolve is worth another
   * attempt. Resolves within `timeoutMs`, or soon after `signal` aborts; never rejects.
   */
  readonly route: (
    target: Exclude<CleanupTarget, { kind: 'handler' }>,
    timeoutMs: number,
    signal: AbortSignal,
  ) => Promise<Route>;
}

/** How long a create waits for the addresses of its cleanup's host, and a batch for those of all. */
const ADMISSION_MS = 2_000;
/**
 * Look-ups at a time, for creates: they shall not hold up those of attempts. And for attempts: with a resolver of one's
 * own, as many as there are attempts, by default.
 */
const OWN_PLACES = { admissions: 8, routes: 64 };

/** Of the system's, some are left to others: whoever connects to the database by its name must not wait for a target's. */
function shareOf(places: number): typeof OWN_PLACES {
  return {
    admissions: Math.max(1, Math.floor(places / 8)),
    routes: Math.max(2, Math.floor((places * 3) / 4)),
  };
}

/** @throws RangeError naming the first `allow` entry that is invalid. */
export function egressGuard(options: EgressGuardOptions): EgressGuard {
  const { clock = systemClock, resolveName = systemResolveName } = options;
  const { ownPorts = new Set(), ownAddresses = interfaceAddresses } = options;
  const own = new OwnListeners(ownPorts, ownAddresses);
  const rules = new EgressRules(options.allowLoopback, new AllowList(options.allow ?? []), own);
  const recent = new RecentAnswers(clock);
  const places = options.resolveName ? OWN_PLACES : shareOf(systemPlaces());
  const admissions = new Lookups(resolveName, clock, places.admissions);
  const routes = new Lookups(resolveName, clock, places.routes);

  return {
    admitTarget(target) {
      if (target.kind === 'handler') return undefined;
      const written = rules.judge(target);
      if (written.kind === 'forbidden') return written.objection;
      if (written.kind === 'open') return undefined;
      const known = recent.get(written.name);
      if (known) return rules.objectionToAnswers(written, known);
      return admissions.ask(written.name, ADMISSION_MS).then((resolution: Resolution) => {
        if (resolution.kind === 'resolved') {
          recent.set(written.name, resolution.answers);
          return rules.objectionToAnswers(written, resolution.answers);
        }
        if (rules.admitsUnresolved(written)) return undefined;
        return `does not resolve (${resolution.why}), and no allow entry names it`;
      });
    },

    async route(target, timeoutMs, signal) {
      const written = rules.judge(target);
      if (written.kind === 'forbidden') return forbidden(written.objection);
      if (written.kind === 'open') return written;
      const resolution = await routes.ask(written.name, timeoutMs, signal);
      if (resolution.kind === 'unresolved') {
        const detail = `the host does not resolve: ${resolution.why}`;
        return { kind: 'closed', result: { kind: 'retry', contact: 'unreached', detail } };
      }
      const objection = rules.objectionToAnswers(written, resolution.answers);
      if (objection !== undefined) return forbidden(objection);
      return { kind: 'open', addresses: resolution.answers.map(({ text }) => text), name: written.name };
    },
  };
}

function forbidden(objection: string): Route {
  const detail = `the target ${objection}`;
  return { kind: 'closed', result: { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN', detail } };
}
