import http from 'node:http';
import https from 'node:https';
import type { HttpTarget } from '../cleanup/cleanup-spec.js';
import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import type { AttemptResult, Executor } from '../collector/executor.js';
import { InFlight } from '../collector/in-flight.js';
import { resultOf } from './answer-result.js';
import { callbackBody } from './callback-body.js';
import { callbackHeaders } from './callback-headers.js';
import type { CallbackSigner } from './callback-signer.js';
import { egressGuard, type EgressGuard, type Route } from './egress-guard.js';
import { exchange, type Exchange } from './exchange.js';
import { keepingPins } from './pinned.js';
import { SlowAddresses } from './slow-addresses.js';

/** Connections to one origin; a collector has fewer attempts at one endpoint (`perEndpoint`), so none waits for one. */
const MAX_SOCKETS = 64;

/**
 * How long an idle connection is kept: a storm of cleanups reuses connections, and we close before any usual server
 * does (gunicorn: 2 s, Node and Apache: 5 s), so that a request seldom meets a connection that is being closed.
 */
const IDLE_SOCKET_MS = 1_000;

export interface HttpExecutorOptions {
  /** Default: the process's own time. */
  readonly clock?: Clock;
  /**
   * Asked before each attempt, so that a target which was allowed once is not called for ever, and where to connect. Give
   * it the guard that the service has. Default: nothing is allowed.
   */
  readonly guard?: EgressGuard;
  /** Signs each attempt. Default: callbacks are not signed. */
  readonly signCallback?: CallbackSigner;
}

/**
 * Calls cleanup endpoints over HTTP: one POST per attempt, within one deadline from the name lookup to the last byte of
 * the answer, over a connection to an address that was checked for this attempt. Follows no redirect, asks no proxy, and
 * verifies certificates whatever the environment says.
 */
export class HttpExecutor implements Executor {
  readonly #clock: Clock;
  readonly #guard: EgressGuard;
  readonly #signCallback: CallbackSigner | undefined;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;
  readonly #slow: SlowAddresses;
  readonly #inFlight = new InFlight();
  /** Of the attempts in flight. */
  readonly #stops = new Set<AbortController>();
  #closed = false;

  constructor(options: HttpExecutorOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#guard = options.guard ?? egressGuard({ allowLoopback: false });
    this.#signCallback = options.signCallback;
    this.#slow = new SlowAddresses(this.#clock);
    const kept = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS };
    this.#plain = keepingPins(new http.Agent(kept));
    // Said out loud: the default is read from NODE_TLS_REJECT_UNAUTHORIZED.
    this.#secure = keepingPins(new https.Agent({ ...kept, rejectUnauthorized: true }));
  }

  execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const { target } = claim.spec;
    if (target.kind !== 'http') {
      return Promise.resolve({ kind: 'unstarted', detail: `no HTTP target: ${target.kind}` });
    }
    if (this.#closed) return Promise.resolve({ kind: 'unstarted', detail: 'the HTTP executor is closed' });
    return this.#inFlight.track(this.#attempt(target, claim, signal));
  }

  /** Breaks off what is in flight and frees every socket. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stops) stop.abort(new Error('the HTTP executor is closed'));
    this.#plain.destroy();
    this.#secure.destroy();
    await this.#inFlight.none();
  }

  async #attempt(target: HttpTarget, claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    // Not AbortSignal.any() with a signal of the executor's: Node 20 keeps 70 bytes of every attempt in it, for ever.
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    this.#stops.add(stop);
    try {
      const deadlineMs = this.#clock.monotonicMs() + claim.spec.retry.attemptTimeoutMs;
      const route = await this.#guard.route(target, claim.spec.retry.attemptTimeoutMs, stop.signal);
      if (route.kind === 'closed') return route.result;
      return await this.#post(target, claim, route, deadlineMs, stop.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stops.delete(stop);
    }
  }

  async #post(
    target: HttpTarget,
    claim: CleanupClaim,
    route: Extract<Route, { kind: 'open' }>,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<AttemptResult> {
    const url = new URL(target.url);
    const body = Buffer.from(callbackBody(claim));
    let outcome: Exchange;
    try {
      outcome = await exchange({
        url,
        headers: { ...callbackHeaders(target, claim, body), ...this.#signCallback?.(claim.cleanupId, body) },
        body,
        agent: url.protocol === 'https:' ? this.#secure : this.#plain,
        route,
        slow: this.#slow,
        clock: this.#clock,
        timeoutMs: claim.spec.retry.attemptTimeoutMs,
        leftMs: deadlineMs - this.#clock.monotonicMs(),
        signal,
      });
    } catch (error) {
      // A header that HTTP cannot carry. The service refuses it; one that slipped through cannot be sent tomorrow either.
      const detail = `the target cannot be called: ${String(error)}`;
      return { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN', detail };
    }
    if (outcome.kind === 'answered') return resultOf(outcome.answer, target, this.#clock.wallMs());
    return { kind: 'retry', contact: outcome.sent ? 'unanswered' : 'unreached', detail: outcome.why };
  }
}
