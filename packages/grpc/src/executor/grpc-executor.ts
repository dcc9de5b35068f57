import { type Client, Metadata, status } from '@grpc/grpc-js';
import type { AttemptResult, CleanupClaim, Executor, GrpcTarget } from '@lease/core';
import { type CallbackSigner, egressGuard, type EgressGuard, type SignatureHeaders } from '@lease/core/http';
import { CleanupHandlerServiceDefinition } from '@lease/protocol';
import { attemptResult, type CallEnd } from './attempt-result.js';
import { Channels } from './channels.js';
import { cleanupRequest } from './cleanup-request.js';
import { connect } from './connect.js';

export interface GrpcExecutorOptions {
  /**
   * Asked before each attempt, so that a target which was allowed once is not called for ever, and where to connect. Give
   * it the guard that the service has. Default: nothing is allowed.
   */
  readonly guard?: EgressGuard;
  /** Signs each attempt: the request as it is sent, in metadata. Default: callbacks are not signed. */
  readonly signCallback?: CallbackSigner;
  /** Channels that are kept while no attempt uses them, the latest used. Default 64. */
  readonly maxIdleChannels?: number;
}

const { path, requestSerialize } = CleanupHandlerServiceDefinition.cleanup;

/**
 * Calls `lease.v1.CleanupHandlerService/Cleanup` at the target: one call per attempt, within one deadline from the name
 * lookup to the status, over a connection to an address that was checked for this attempt. Asks no proxy and no service
 * config, and verifies certificates.
 */
export class GrpcExecutor implements Executor {
  readonly #guard: EgressGuard;
  readonly #signCallback: CallbackSigner | undefined;
  readonly #channels: Channels;
  readonly #inFlight = new Map<Promise<AttemptResult>, AbortController>();
  #closed = false;

  constructor({
    guard = egressGuard({ allowLoopback: false }),
    signCallback,
    maxIdleChannels = 64,
  }: GrpcExecutorOptions = {}) {
    this.#guard = guard;
    this.#signCallback = signCallback;
    this.#channels = new Channels(maxIdleChannels);
  }

  async execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const { target } = claim.spec;
    if (target.kind !== 'grpc') return { kind: 'unstarted', detail: `no gRPC target: ${target.kind}` };
    if (this.#closed) return { kind: 'unstarted', detail: 'the gRPC executor is closed' };
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
    const timeoutMs = claim.spec.retry.attemptTimeoutMs;
    const deadline = Date.now() + timeoutMs;
    const route = await this.#guard.route(target, timeoutMs, signal);
    if (route.kind === 'closed') return route.result;
    const channel = this.#channels.lend(target, route);
    let reusable = false;
    try {
      // Serialized once: it is signed, and the same message may be serialized in more ways than one.
      const request = requestSerialize(cleanupRequest(claim));
      const make = (client: Client) =>
        call(client, request, metadataOf(this.#signCallback?.(claim.cleanupId, request)), deadline, signal);
      // Also made by those that have failed to connect: it fails at once, and its status says why there is no connection.
      const failures: Promise<CallEnd>[] = [];
      const client = await connect(channel.clients, deadline, signal, (each) => failures.push(make(each)));
      const result = client
        ? attemptResult(await make(client), true)
        : attemptResult(joined(await Promise.all(failures)), false);
      // A channel that failed to connect waits before it tries again; the next attempt shall not be its first to know.
      // And one on which nothing came back may lead to a host that is gone: TCP believes in it for a quarter of an hour,
      // in which every attempt of the cleanup would be spent on it.
      reusable = client !== undefined && !('contact' in result && result.contact === 'unanswered');
      return result;
    } finally {
      channel.giveBack(reusable);
    }
  }
}

/** Why none of the clients is connected. */
function joined(ends: readonly CallEnd[]): CallEnd {
  const { code = status.UNAVAILABLE, metadata = new Metadata() } = ends[0] ?? {};
  return { code, metadata, details: ends.map(({ details }) => details).join('; ') };
}

function metadataOf(headers: SignatureHeaders | undefined): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries<string>({ ...headers })) metadata.set(name, value);
  return metadata;
}

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
