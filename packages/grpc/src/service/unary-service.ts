import type {
  sendUnaryData,
  Server,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type Decoded, type Decodes, decodeStrict } from '@lease/protocol';
import type { Calls } from './calls.js';
import { requestIdOf } from './request-id.js';
import { expired, malformed, opaque, serviceError, shuttingDown, thrown } from './status.js';
import type { Reply } from './reply.js';

/** The call in which something went wrong. */
export interface FaultyCall {
  /** E.g. `/lease.v1.LeaseService/CreateLease`. */
  readonly method: string;
  /** What the caller was told to ask for: see `lease-request-id`. */
  readonly requestId: string;
}

/** Told of an error that the caller sees only as INTERNAL. */
export type FaultListener = (error: unknown, call: FaultyCall) => void;

interface UnaryMethod<Request, Response> {
  /** The type of the request. */
  readonly request: Decodes<Request>;
  readonly reply: (request: Request) => Promise<Reply<Response>>;
}

type RequestOf<M> = M extends { requestDeserialize: (bytes: Buffer) => infer Request } ? Request : never;
type ResponseOf<M> = M extends { responseSerialize: (value: infer Response) => Buffer } ? Response : never;

/** A method for every RPC of the service, with the RPC's own types. */
export type UnaryMethods<Definition> = {
  readonly [Name in keyof Definition]: UnaryMethod<RequestOf<Definition[Name]>, ResponseOf<Definition[Name]>>;
};

/** Registers a service whose RPCs are all unary. */
export function addUnaryService<Definition extends ServiceDefinition>(
  server: Server,
  definition: Definition,
  methods: UnaryMethods<Definition>,
  context: { readonly calls: Calls; readonly onFault: FaultListener },
): void {
  const strict: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [name, rpc] of Object.entries(definition)) {
    // Sound by the type of `methods`; an index signature cannot say it.
    const method = methods[name] as unknown as UnaryMethod<unknown, unknown>;
    strict[name] = { ...rpc, requestDeserialize: (bytes) => decodeStrict(method.request, bytes) };
    implementation[name] = handlerOf(method, rpc.path, context);
  }
  server.addService(strict, implementation);
}

function handlerOf<Request, Response>(
  method: UnaryMethod<Request, Response>,
  path: string,
  { calls, onFault }: { readonly calls: Calls; readonly onFault: FaultListener },
) {
  const replyTo = async (decoded: Decoded<Request>, requestId: string): Promise<Reply<Response>> => {
    if (!('value' in decoded)) return { ok: false, error: malformed(decoded) };
    try {
      return await method.reply(decoded.value);
    } catch (error) {
      const told = thrown(error);
      if (told === undefined) onFault(error, { method: path, requestId });
      return { ok: false, error: told ?? opaque(requestId) };
    }
  };

  return (call: ServerUnaryCall<Decoded<Request>, Response>, callback: sendUnaryData<Response>): void => {
    const requestId = requestIdOf(call.metadata);
    // After a blocked event loop, requests are read before the timers of their deadlines run.
    if (call.cancelled || Number(call.getDeadline()) <= Date.now()) {
      callback(serviceError(expired, requestId));
      return;
    }
    if (!calls.begin()) {
      callback(serviceError(shuttingDown, requestId));
      return;
    }
    void replyTo(call.request, requestId).then((reply) => {
      if (reply.ok) callback(null, reply.value);
      else callback(serviceError(reply.error, requestId));
      calls.end();
    });
  };
}
