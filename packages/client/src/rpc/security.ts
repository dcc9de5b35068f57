import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

/** Certificates in PEM. */
export interface TlsOptions {
  /** Who may have signed the server's certificate. Default: the system's authorities. */
  readonly ca?: string | Buffer;
  /** The client's own certificate chain, with `key`. Default: none is shown. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

export interface Security {
  readonly tls?: TlsOptions;
  readonly insecure?: boolean;
}

/** TLS, except to this machine; plain text to another one only where it is asked for. */
export function credentialsFor(address: string, { tls, insecure = false }: Security): ChannelCredentials {
  if (insecure || (tls === undefined && isLocal(address))) return credentials.createInsecure();
  const { ca, cert, key } = tls ?? {};
  return credentials.createSsl(pem(ca), pem(key), pem(cert));
}

/** Whether the address is on this machine by its looks; no name is resolved. */
export function isLocal(address: string): boolean {
  const host = address.slice(0, address.lastIndexOf(':')).toLowerCase();
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function pem(text: string | Buffer | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}
