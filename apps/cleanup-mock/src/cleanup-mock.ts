import { CallLog } from './call-log.js';
import { CleanupEndpoint } from './cleanup-endpoint.js';
import { Control } from './control.js';
import { listenGrpc } from './grpc-listener.js';
import { listenHttp } from './http-listener.js';
import type { ListenAddress } from './listen.js';
import type { Rule } from './script/script.js';
import { ScriptBook } from './script/script-book.js';

export interface CleanupMockOptions {
  readonly httpListen: ListenAddress;
  readonly grpcListen: ListenAddress;
  /** What to answer; calls that no rule is for succeed. */
  readonly rules: readonly Rule[];
  /** The directory beneath which temporary files are really deleted. Unset: nothing is. */
  readonly root: string | undefined;
}

/** A running mock. `stop` ends it at once, hung calls included. */
export interface CleanupMock {
  readonly http: string;
  readonly grpc: string;
  stop(): Promise<void>;
}

/** Rejects with the system's error if an address cannot be bound. */
export async function startCleanupMock(options: CleanupMockOptions): Promise<CleanupMock> {
  const log = new CallLog();
  const scripts = new ScriptBook(options.rules);
  const endpoint = new CleanupEndpoint({ log, scripts, root: options.root });
  const http = await listenHttp(options.httpListen, endpoint, new Control(log, scripts));
  const grpc = await listenGrpc(options.grpcListen, endpoint).catch(async (error: unknown) => {
    await http.stop();
    throw error;
  });
  return {
    http: http.address,
    grpc: grpc.address,
    stop: async () => {
      await Promise.all([http.stop(), grpc.stop()]);
    },
  };
}
