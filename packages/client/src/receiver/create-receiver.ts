import type { ServerResponse } from 'node:http';
import { CleanupHandlerServiceDefinition, type CleanupHandlerServiceServer } from '@lease/protocol';
import { handlerService } from './grpc-service.js';
import { answerHttp } from './node-handler.js';
import type { MaybeParsed } from './read-body.js';
import { type ReceiverOptions, Reception } from './reception.js';

/** The receiving side of cleanups, over HTTP, gRPC or both. */
export interface Receiver {
  /**
   * Answers HTTP callbacks, on any path.
   *
   * - node:http: `createServer(receiver.nodeHandler)`
   * - Express: `app.post('/cleanup', receiver.nodeHandler)`, before or after `express.json()`
   * - Fastify: `app.post('/cleanup', (request, reply) => { reply.hijack(); receiver.nodeHandler(Object.assign(request.raw, { body:
   *   request.body }), reply.raw); })`, and `onProtoPoisoning: 'ignore'` if metadata may have a key `__proto__`
   */
  readonly nodeHandler: (request: MaybeParsed, response: ServerResponse) => void;
  /** Answers gRPC callbacks: `server.addService(receiver.grpcService.definition, receiver.grpcService.implementation)`. */
  readonly grpcService: {
    readonly definition: typeof CleanupHandlerServiceDefinition;
    readonly implementation: CleanupHandlerServiceServer;
  };
  /** Tells running handlers to stop and waits for them; what comes meanwhile is answered "later". The server is yours to close. */
  close(): Promise<void>;
}

/**
 * Lets each cleanup run once at a time and not again after it succeeded, and refuses attempts that were overtaken by later ones.
 * Throws TypeError for options that contradict each other. Callers are not authenticated: keep the endpoint where only the Lease
 * server reaches it.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const reception = new Reception(options);
  return {
    nodeHandler: (request, response) => void answerHttp(reception, request, response),
    grpcService: {
      definition: CleanupHandlerServiceDefinition,
      implementation: handlerService(reception),
    },
    close: () => reception.close(),
  };
}
