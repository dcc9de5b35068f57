import { isIPv6 } from 'node:net';
import { type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import type { GrpcTarget } from '@lease/core';
import type { Route } from '@lease/core/http';
import { endingSockets } from './ending-sockets.js';

export type OpenRoute = Extract<Route, { kind: 'open' }>;

/** An answer to a cleanup is empty; more than this is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

const OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
  // One attempt is one call: whoever counts attempts must know of each.
  'grpc.enable_retries': 0,
  // The environment and the DNS of others have no say in where we connect or how often we try.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // Connections are shared, and their backoff remembered, within a channel only.
  'grpc.use_local_subchannel_pool': 1,
  // An endpoint that was not called for so long loses its socket, not its channel.
  'grpc.client_idle_timeout_ms': 60_000,
};

/**
 * Clients that connect to the addresses of the route and to nothing else, whatever the target resolves to by now: one for
 * each family, since gRPC takes addresses of one family only. To the server they speak as if they had connected to the
 * target as it is written.
 */
export function pinnedClients(
  { address, tls }: GrpcTarget,
  { addresses, name }: OpenRoute,
): readonly [Client, ...Client[]] {
  const port = address.slice(address.lastIndexOf(':') + 1);
  const v6First = isIPv6(addresses[0] ?? '');
  const client = (v6: boolean) => {
    const places = addresses
      .filter((each) => isIPv6(each) === v6)
      .map((each) => `${v6 ? `[${each}]` : each}:${port}`);
    return new Client(
      `${v6 ? 'ipv6' : 'ipv4'}:${places.join()}`,
      // Said out loud: the default is read from NODE_TLS_REJECT_UNAUTHORIZED.
      endingSockets(
        tls
          ? credentials.createSsl(null, null, null, { rejectUnauthorized: true })
          : credentials.createInsecure(),
      ),
      {
        ...OPTIONS,
        'grpc.default_authority': address,
        ...(name && { 'grpc.ssl_target_name_override': name }),
      },
    );
  };
  const both = addresses.some((each) => isIPv6(each) !== v6First);
  return both ? [client(v6First), client(!v6First)] : [client(v6First)];
}
