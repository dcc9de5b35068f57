import { type Client, Metadata, status } from '@grpc/grpc-js';
import type { AttemptResult, CleanupClaim, Executor, GrpcTarget, TargetPolicy } from '@lease/core';
import { type CallbackSigner, egressGuard, type SignatureHeaders } from '@lease/core/http';
import { CleanupHandlerServiceDefinition } from '@lease/protocol';
import { attemptResult, type CallEnd } from './attempt-result.js';
import { Channels } from './channels.js';
import { cleanupRequest } from './cleanup-request.js';
import { connect } from './connect.js';

export interface GrpcExecutorOptions {
  /**
   * Asked before each attempt, so that a target which was allowed once is not called for ever. Give it the policy that
   * the service has. Default: nothing is allowed.
   */
  readonly admitTarget?: TargetPolicy;
  /** Signs each attempt: the request as it is sent, in metadata. Default: callbacks are not signed. */
  readonly signCallback?: CallbackSigner;
  /** Channels that are kept while no attempt uses them, the latest used. Default 64. */
  readonly maxIdleChannels?: number;
}

const { path, requestSerialize } = CleanupHandlerServiceDefinition.cleanup;

/**
 * Calls `lease.v1.CleanupHandlerService/Cleanup` at the target: one call per attempt, within one deadline from the name
 * lookup to the status. Asks no proxy and no service config, and verifies certificates.
 */
export class GrpcExecutor implements Executor {
  readonly #admitTarget: TargetPolicy;
  readonly #signCallback: CallbackSigner | undefined;
  readonly #channels: Channels;
  readonly #inFlight = new Map<Promise<AttemptResult>, AbortController>();
  #closed = false;

  constructor({
    admitTarget = egressGuard({ allowLoopback: false }),
    signCallback,
    maxIdleChannels = 64,
  }: GrpcExecutorOptions = {}) {
    this.#admitTarget = admitTarget;
    this.#signCallback = signCallback;
    this.#channels = new Channels(maxIdleChannels);
  }

  async execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const { target } = claim.spec;
    if (target.kind !== 'grpc') return { kind: 'unstarted', detail: `no gRPC target: ${target.kind}` };
    if (this.#closed) return { kind: 'unstarted', detail: 'the gRPC executor is closed' };
    const objection = this.#admitTarget(target);
    if (objection !== undefined) {
      return { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN', detail: `the target ${objection}` };
    }
    // Not AbortSignal.any() with a signal of the executor's: Node 20 keeps 70 bytes of every attempt in it, for ever.
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const attempt = this.#attempt(target, claim, stop.signal);
    this.#inFlight.set(attempt, stop);
    try {
      return await attempt;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#inFlight.delete(attempt);
    }
  }

  /** Breaks off what is in flight and frees every channel. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#inFlight.values()) stop.abort();
    await Promise.allSettled(this.#inFlight.keys());
    this.#channels.close();
  }

  async #attempt(target: GrpcTarget, claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const deadline = Date.now() + claim.spec.retry.attemptTimeoutMs;
    const channel = this.#channels.lend(target);
    let reusable = false;
    try {
      const connected = await connect(channel.client, deadline, signal);
      const request = requestSerialize(cleanupRequest(claim));
      const metadata = metadataOf(this.#signCallback?.(claim.cleanupId, request));
      // Made in any case: without a connection it fails at once, and its status says why there is none.
      const end = await call(channel.client, request, metadata, deadline, signal);
      const result = attemptResult(end, connected);
      // A channel that failed to connect waits before it tries again; the next attempt shall not be its first to know.
      // And one on which nothing came back may lead to a host that is gone: TCP believes in it for a quarter of an hour,
      // in which every attempt of the cleanup would be spent on it.
      reusable = connected && !('contact' in result && result.contact === 'unanswered');
      return result;
    } finally {
      channel.giveBack(reusable);
    }
  }
}

function metadataOf(headers: SignatureHeaders | undefined): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries<string>({ ...headers })) metadata.set(name, value);
  return metadata;
}

/** `request`: bytes already, because the same message may be serialized in more ways than one, and this one is signed. */
function call(
  client: Client,
  request: Buffer,
  metadata: Metadata,
  deadline: number,
  signal: AbortSignal,
): Promise<CallEnd> {
  return new Promise((resolve) => {
    // The answer is not parsed: with status OK the object is gone, whatever else was sent. (grpc-js takes null for none.)
    const unread = () => true;
    const asItIs = (bytes: Buffer) => bytes;
    const sent = client.makeUnaryRequest(path, asItIs, unread, request, metadata, { deadline }, (error) => {
      signal.removeEventListener('abort', cancel);
      resolve(error ?? { code: status.OK, details: '', metadata: new Metadata() });
    });
    const cancel = () => sent.cancel();
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
  });
}
