import { Server, type ServerInterceptor } from '@grpc/grpc-js';
import type { CleanupAdmin, LeaseService } from '@lease/core';
import { type FaultListener, mountLease } from '@lease/grpc';
import type { Logger } from 'pino';
import { isLoopback } from '../config/listen-address.js';
import type { Config } from '../config/settings.js';
import { bindGrpc, shutDownGrpc } from './bind-grpc.js';
import { grpcCredentials } from './tls.js';

type Listening = Pick<Config, 'grpcListen' | 'adminListen' | 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

/** What is served over gRPC: LeaseService, and CleanupAdminService beside it, on a listener of its own, or not at all. */
export interface GrpcListeners {
  /** `host:port`, with the ports that were bound. */
  readonly grpc: string;
  /** Where CleanupAdminService is; unset: nowhere. */
  readonly admin?: string;
  /** See `MountedLease.setServing`. */
  setServing(serving: boolean): void;
  /** See `MountedLease.drain`. */
  drain(): Promise<void>;
  /** Lets what is open end for a second, or until `signal` aborts, then cuts every connection. */
  shutDown(signal: AbortSignal): Promise<void>;
}

/**
 * Binds what was configured. Who reaches CleanupAdminService can drop cleanups and stop collection, and nobody is asked who
 * he is: unless it is said where, it is served to this machine only.
 */
export async function openGrpc(
  config: Listening,
  { service, admin }: { readonly service: LeaseService; readonly admin: CleanupAdmin },
  interceptors: readonly ServerInterceptor[],
  log: Logger,
): Promise<GrpcListeners> {
  const { grpcListen, adminListen } = config;
  const credentials = grpcCredentials(config);
  const onFault: FaultListener = (error, { method, requestId }) => {
    log.error({ method, requestId, err: error }, 'call failed');
  };
  const shared = adminListen === undefined && isLoopback(grpcListen);
  const options = { interceptors: [...interceptors] };
  const server = new Server(options);
  const servers = [server];
  const mounted = [mountLease(server, { service, onFault, ...(shared && { admin }) })];
  const shutDown = async (signal: AbortSignal) => {
    await Promise.all(servers.map((each) => shutDownGrpc(each, signal)));
  };
  const bind = async () => {
    const grpc = await bindGrpc(server, grpcListen, '--grpc-listen', credentials);
    if (shared) return { grpc, admin: grpc };
    if (adminListen === undefined) {
      log.warn(
        'CleanupAdminService is not served, since --grpc-listen is not on loopback: see --admin-listen',
      );
      return { grpc };
    }
    const adminServer = new Server(options);
    servers.push(adminServer);
    mounted.push(mountLease(adminServer, { admin, onFault }));
    return { grpc, admin: await bindGrpc(adminServer, adminListen, '--admin-listen', credentials) };
  };
  try {
    const addresses = await bind();
    const drain = async () => {
      await Promise.all(mounted.map((each) => each.drain()));
    };
    const setServing = (serving: boolean) => {
      for (const each of mounted) each.setServing(serving);
    };
    return { ...addresses, setServing, drain, shutDown };
  } catch (error) {
    await shutDown(AbortSignal.abort());
    throw error;
  }
}
