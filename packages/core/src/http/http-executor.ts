import http from 'node:http';
import https from 'node:https';
import type { HttpTarget } from '../cleanup/cleanup-spec.js';
import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import type { AttemptResult, Executor } from '../collector/executor.js';
import { InFlight } from '../collector/in-flight.js';
import type { TargetPolicy } from '../service/target-policy.js';
import { resultOf } from './answer-result.js';
import { callbackBody } from './callback-body.js';
import { callbackHeaders } from './callback-headers.js';
import type { CallbackSigner } from './callback-signer.js';
import { egressGuard } from './egress-guard.js';
import { exchange, type Exchange } from './exchange.js';

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
   * Asked before each attempt, so that a target which was allowed once is not called for ever. Give it the policy that
   * the service has. Default: nothing is allowed.
   */
  readonly admitTarget?: TargetPolicy;
  /** Signs each attempt. Default: callbacks are not signed. */
  readonly signCallback?: CallbackSigner;
}

/**
 * Calls cleanup endpoints over HTTP: one POST per attempt, within one deadline from the name lookup to the last byte of
 * the answer. Follows no redirect, asks no proxy, and verifies certificates whatever the environment says.
 */
export class HttpExecutor implements Executor {
  readonly #clock: Clock;
  readonly #admitTarget: TargetPolicy;
  readonly #signCallback: CallbackSigner | undefined;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;
  readonly #inFlight = new InFlight();
  #closed = false;

  constructor(options: HttpExecutorOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#admitTarget = options.admitTarget ?? egressGuard({ allowLoopback: false });
    this.#signCallback = options.signCallback;
    const kept = { keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS };
    this.#plain = new http.Agent(kept);
    // Said out loud: the default is read from NODE_TLS_REJECT_UNAUTHORIZED.
    this.#secure = new https.Agent({ ...kept, rejectUnauthorized: true });
  }

  execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const { target } = claim.spec;
    if (target.kind !== 'http') {
      return Promise.resolve({ kind: 'unstarted', detail: `no HTTP target: ${target.kind}` });
    }
    if (this.#closed) return Promise.resolve({ kind: 'unstarted', detail: 'the HTTP executor is closed' });
    const objection = this.#admitTarget(target);
    if (objection !== undefined) return Promise.resolve(forbidden(objection));
    return this.#inFlight.track(this.#post(target, claim, signal));
  }

  /** Breaks off what is in flight and frees every socket. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#plain.destroy();
    this.#secure.destroy();
    await this.#inFlight.none();
  }

  async #post(target: HttpTarget, claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const url = new URL(target.url);
    const body = Buffer.from(callbackBody(claim));
    let outcome: Exchange;
    try {
      outcome = await exchange({
        url,
        headers: { ...callbackHeaders(target, claim, body), ...this.#signCallback?.(claim.cleanupId, body) },
        body,
        agent: url.protocol === 'https:' ? this.#secure : this.#plain,
        clock: this.#clock,
        timeoutMs: claim.spec.retry.attemptTimeoutMs,
        signal,
      });
    } catch (error) {
      // A header that HTTP cannot carry. The service refuses it; one that slipped through cannot be sent tomorrow either.
      return forbidden(`cannot be called: ${String(error)}`);
    }
    if (outcome.kind === 'answered') return resultOf(outcome.answer, target, this.#clock.wallMs());
    return { kind: 'retry', contact: outcome.sent ? 'unanswered' : 'unreached', detail: outcome.why };
  }
}

function forbidden(objection: string): AttemptResult {
  return { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN', detail: `the target ${objection}` };
}
