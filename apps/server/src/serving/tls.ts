import { ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/settings.js';

type TlsConfig = Pick<Config, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

/** What gRPC is served with: plain text without a certificate; with a client CA, to those who show one of it. */
export function grpcCredentials({ tlsCert, tlsKey, tlsClientCa }: TlsConfig): ServerCredentials {
  if (tlsCert === '') return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tlsCert), private_key: Buffer.from(tlsKey) };
  const mustShow = tlsClientCa !== '';
  return ServerCredentials.createSsl(mustShow ? Buffer.from(tlsClientCa) : null, [pair], mustShow);
}

/** What the pages are served with; `undefined`: plain text. Probes have no certificates, so none is asked for. */
export function httpPair({ tlsCert, tlsKey }: TlsConfig): { cert: string; key: string } | undefined {
  return tlsCert === '' ? undefined : { cert: tlsCert, key: tlsKey };
}
