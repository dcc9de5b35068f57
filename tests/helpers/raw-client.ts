import { credentials, type Client, type ServiceError } from '@grpc/grpc-js';
import { rawService } from './raw-contract.js';
import { RawError } from './raw-error.js';
import type { AdminAnswers, AdminMethod } from './raw-admin.js';
import type { RawBatch, RawCreated, RawListing, RawReading, RawStats } from './raw-messages.js';

interface Answers {
  readonly CreateLease: RawCreated;
  readonly RenewLease: RawReading;
  readonly ReleaseLease: RawReading;
  readonly GetLease: RawReading;
  readonly ListLeases: RawListing;
  readonly BatchCreateLeases: RawBatch;
  readonly BatchRenewLeases: RawBatch;
  readonly BatchReleaseLeases: RawBatch;
  readonly GetStats: RawStats;
}

type Method = (
  request: object,
  options: object,
  done: (error: ServiceError | null, answer: object) => void,
) => void;

/** A client of LeaseService and CleanupAdminService, made from the .proto files alone. */
export class RawClient implements Disposable {
  readonly #leases: Client;
  readonly #admin: Client;

  /** `ownConnection`: shares none with the other clients of this process. Default false. */
  constructor(address: string, { ownConnection = false }: { readonly ownConnection?: boolean } = {}) {
    const options = { 'grpc.use_local_subchannel_pool': ownConnection ? 1 : 0 };
    const insecure = credentials.createInsecure();
    this.#leases = new (rawService('lease.v1.LeaseService'))(address, insecure, options);
    this.#admin = new (rawService('lease.v1.CleanupAdminService'))(address, insecure, options);
  }

  /** Calls LeaseService. The request may be as wrong as a test wants it. Rejects with {@link RawError}. */
  call<M extends keyof Answers>(method: M, request: object, deadlineMs?: number): Promise<Answers[M]> {
    return unary(this.#leases, method, request, deadlineMs) as Promise<Answers[M]>;
  }

  /** Calls CleanupAdminService. */
  admin<M extends AdminMethod>(
    method: M,
    request: object = {},
    deadlineMs?: number,
  ): Promise<AdminAnswers[M]> {
    return unary(this.#admin, method, request, deadlineMs) as Promise<AdminAnswers[M]>;
  }

  /**
   * Calls a method of LeaseService, e.g. `CreateLease`, with bytes in place of a message, which no generated client would
   * send. Rejects with {@link RawError}.
   */
  callBytes(method: string, bytes: Buffer, deadlineMs = 10_000): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const asIs = (each: Buffer) => each;
      const deadline = Date.now() + deadlineMs;
      const path = `/lease.v1.LeaseService/${method}`;
      this.#leases.makeUnaryRequest(path, asIs, asIs, bytes, { deadline }, (error, answer) => {
        if (error) reject(RawError.ofCall(error));
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
  }

  close(): void {
    this.#leases.close();
    this.#admin.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function unary(client: Client, method: string, request: object, deadlineMs = 10_000): Promise<object> {
  const call = (client as unknown as Record<string, Method | undefined>)[method];
  if (!call) throw new Error(`no such method in the contract: ${method}`);
  return new Promise((resolve, reject) => {
    call.call(client, request, { deadline: Date.now() + deadlineMs }, (error, answer) => {
      if (error) reject(RawError.ofCall(error));
      else resolve(answer);
    });
  });
}
