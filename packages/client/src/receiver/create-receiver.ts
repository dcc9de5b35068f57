import type { ServerResponse } from 'node:http';
import { systemRuntime } from '../system-runtime.js';
import { handlerDefinition, type HandlerImplementation, handlerService } from './grpc-service.js';
import { answerHttp } from './node-handler.js';
import type { MaybeParsed } from './read-body.js';
import { Reception, type ReceptionOptions } from './reception.js';
import { signingKeys } from './signing-keys.js';
import { Verifier } from './verifier.js';

export interface ReceiverOptions extends ReceptionOptions {
  /**
   * The secrets that the server signs with (`whsec_...`), at most 8: a list, or one text with commas between. If given, each
   * callback must carry a signature made with one of them in the last five minutes, and is otherwise answered 401 or
   * UNAUTHENTICATED, which ends the cleanup until an operator retries it. Left out: callers are not authenticated, so keep the
   * endpoint where only the Lease server reaches it.
   */
  readonly secrets?: string | readonly string[];
}

/** The receiving side of cleanups, over HTTP, gRPC or both. */
export interface Receiver {
  /**
   * Answers HTTP callbacks, on any path.
   *
   * - node:http: `createServer(receiver.nodeHandler)`
   * - Express: `app.post('/cleanup', receiver.nodeHandler)`, before or after `express.json()`; with `secrets` before it, or after
   *   `express.raw({ type: 'application/json' })`, since what was signed are bytes
   * - Fastify: `app.post('/cleanup', (request, reply) => { reply.hijack(); receiver.nodeHandler(Object.assign(request.raw, { body:
   *   request.body }), reply.raw); })`, and `onProtoPoisoning: 'ignore'` if metadata may have a key `__proto__`; with `secrets` in
   *   a scope with `addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))`
   */
  readonly nodeHandler: (request: MaybeParsed, response: ServerResponse) => void;
  /**
   * Answers gRPC callbacks: `server.addService(receiver.grpcService.definition, receiver.grpcService.implementation)`. Its
   * definition hands the request on as bytes.
   */
  readonly grpcService: {
    readonly definition: typeof handlerDefinition;
    readonly implementation: HandlerImplementation;
  };
  /** Tells running handlers to stop and waits for them; what comes meanwhile is answered "later". The server is yours to close. */
  close(): Promise<void>;
}

/**
 * Lets each cleanup run once at a time and not again after it succeeded, and refuses attempts that were overtaken by later ones.
 * Throws TypeError for options that contradict each other, and RangeError for secrets that are none.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const reception = new Reception(options);
  // Given as `undefined`, say from a variable that is not set, it is refused and not taken for "left out".
  const verifier = Object.hasOwn(options, 'secrets')
    ? new Verifier(signingKeys(options.secrets), systemRuntime.clock)
    : undefined;
  return {
    nodeHandler: (request, response) => void answerHttp(reception, verifier, request, response),
    grpcService: {
      definition: handlerDefinition,
      implementation: handlerService(reception, verifier),
    },
    close: () => reception.close(),
  };
}
