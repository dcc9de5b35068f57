import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall, status } from '@grpc/grpc-js';
import * as wire from '@lease/protocol';

type Rpc = keyof wire.CleanupAdminServiceServer;

/** A real gRPC server over a list of abandoned cleanups: just enough semantics to test a client against. */
export class AdminServer {
  /** By id, in the order in which they are listed. */
  readonly cleanups = new Map<string, wire.Cleanup>();
  readonly calls: { readonly rpc: Rpc; readonly request: unknown }[] = [];
  attempts: wire.CleanupAttempt[] = [];
  state = wire.CollectionState.create();
  /** At most so many in a page, whatever is asked for. */
  pageSize = 1_000;
  /** Called after each call was carried out, before it is answered: throw to leave it unanswered. */
  after: (rpc: Rpc) => void = () => undefined;
  readonly #server = new Server();
  port = 0;

  static async start(): Promise<AdminServer> {
    const server = new AdminServer();
    server.#server.addService(wire.CleanupAdminServiceDefinition, { ...server.#implementation() });
    server.port = await new Promise<number>((resolve, reject) => {
      server.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  requests<T>(rpc: Rpc): T[] {
    return this.calls.filter((call) => call.rpc === rpc).map(({ request }) => request as T);
  }

  add(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const cleanupId = `c-${String(this.cleanups.size).padStart(6, '0')}`;
      this.cleanups.set(cleanupId, abandoned({ cleanupId }));
    }
  }

  /** As a killed process: connections are cut, calls unanswered. */
  kill(): void {
    this.#server.forceShutdown();
  }

  #implementation(): wire.CleanupAdminServiceServer {
    const answerTo = <Q, A>(rpc: Rpc, carryOut: (request: Q) => A) => {
      return ({ request }: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>) => {
        this.calls.push({ rpc, request });
        try {
          const answer = carryOut(request);
          this.after(rpc);
          callback(null, answer);
        } catch (error) {
          callback({ code: status.UNAVAILABLE, details: String(error) });
        }
      };
    };
    const serverTime = new Date(0);
    const state = () => ({ state: this.state, serverTime });
    return {
      listCleanups: answerTo(
        'listCleanups',
        ({ pageSize, pageToken, state: wanted }: wire.ListCleanupsRequest) => {
          const behind = [...this.cleanups.values()].filter(({ cleanupId }) => cleanupId > pageToken);
          const page = behind.slice(0, Math.min(pageSize || 100, this.pageSize));
          const cleanups = page.filter(
            (each) => wanted === wire.CleanupState.UNSPECIFIED || each.state === wanted,
          );
          const nextPageToken = page.length < behind.length ? (page.at(-1)?.cleanupId ?? '') : '';
          return { cleanups, nextPageToken, serverTime };
        },
      ),
      getCleanup: answerTo('getCleanup', ({ cleanupId }: wire.GetCleanupRequest) => ({
        cleanup: this.cleanups.get(cleanupId),
      })),
      retryCleanups: answerTo('retryCleanups', ({ cleanupIds }: wire.RetryCleanupsRequest) => ({
        results: cleanupIds.map((id) => this.#end(id, wire.CleanupState.DUE)),
        more: cleanupIds.length === 0,
      })),
      forgetCleanups: answerTo('forgetCleanups', ({ cleanupIds }: wire.ForgetCleanupsRequest) => ({
        results: cleanupIds.map((id) => this.#end(id, wire.CleanupState.FORGOTTEN)),
      })),
      listCleanupAttempts: answerTo('listCleanupAttempts', () => ({ attempts: this.attempts })),
      getCollectionState: answerTo('getCollectionState', state),
      pauseCollection: answerTo('pauseCollection', state),
      resumeCollection: answerTo('resumeCollection', state),
    };
  }

  #end(cleanupId: string, state: wire.CleanupState) {
    const cleanup = this.cleanups.get(cleanupId);
    const reason = cleanup === undefined ? 'CLEANUP_NOT_FOUND' : 'CLEANUP_NOT_ABANDONED';
    if (cleanup?.state !== wire.CleanupState.ABANDONED) {
      const error = wire.toStatus({
        code: wire.REASON_STATUS[reason],
        message: `refused: ${reason}`,
        reason,
      });
      return { cleanupId, error };
    }
    cleanup.state = state;
    return { cleanupId, error: undefined };
  }
}

export function abandoned(parts: Partial<wire.Cleanup>): wire.Cleanup {
  return {
    ...wire.Cleanup.create(),
    object: { type: 'blob', id: 'b-1' },
    generation: 1_700_000_000_000_001n,
    state: wire.CleanupState.ABANDONED,
    reason: wire.CleanupReason.EXPIRED,
    endpoint: 'http://127.0.0.1:1',
    targetKind: wire.CleanupTargetKind.HTTP,
    abandonReason: wire.AbandonReason.TERMINAL_ANSWER,
    dueTime: new Date(1_000),
    endTime: new Date(2_000),
    ...parts,
  };
}
