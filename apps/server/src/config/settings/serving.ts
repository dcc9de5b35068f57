import { choice, duration, flag, listenAddress, optionalListenAddress } from '../kinds.js';
import { certificateFile, privateKeyFile } from '../tls-kinds.js';
import { setting } from './setting.js';

/** Where and how it serves. */
export const SERVING_SETTINGS = {
  grpcListen: setting(listenAddress, {
    default: '127.0.0.1:50051',
    doc: 'where gRPC is served; port 0: any that is free',
    reason:
      'Loopback, so that nothing is open to the network before somebody says so. On other addresses TLS is needed, or --insecure-listen.',
  }),
  httpListen: setting(listenAddress, {
    default: '127.0.0.1:9090',
    doc: 'where /metrics, /healthz and /readyz are served; port 0: any that is free',
    reason: 'As for gRPC. Probes and scrapers on other machines need an address that they can reach.',
  }),
  adminListen: setting(optionalListenAddress, {
    default: '',
    doc: 'where CleanupAdminService is served, and only there; not given: on --grpc-listen, if that is on loopback',
    reason:
      'Whoever reaches it can drop cleanups and stop collection, and nobody is asked who he is: not with the clients, unless those are on this machine.',
  }),
  tlsCert: setting(certificateFile, {
    default: '',
    doc: 'a file with the certificate of this server and those between it and its authority, in PEM; with it, both listeners speak TLS only',
    reason:
      'Needed off loopback, unless --insecure-listen is given. Read when the server starts: restart it, one server after the other, to take a new one.',
  }),
  tlsKey: setting(privateKeyFile, {
    default: '',
    doc: 'a file with the private key of that certificate, in PEM, without a passphrase',
    reason: 'Keep it readable by the user of the server alone.',
    secret: 'file',
  }),
  tlsClientCa: setting(certificateFile, {
    default: '',
    doc: 'a file with the authorities, in PEM, of which gRPC clients must show a certificate',
    reason:
      'Without it, whoever reaches the port may take leases. The pages for probes and scrapers ask for no certificate.',
  }),
  insecureListen: setting(flag, {
    default: 'false',
    doc: 'serve in plain text to other machines; needed off loopback where there is no TLS',
    reason:
      'Whoever can read along can take part: for networks that encrypt by themselves, as a service mesh does.',
  }),
  logFormat: setting(choice('auto', 'json', 'pretty'), {
    default: 'auto',
    doc: 'how the log on stderr reads; auto: pretty on a terminal, JSON lines elsewhere',
    reason: 'People read at a terminal, programs elsewhere.',
  }),
  logLevel: setting(choice('debug', 'info', 'warn', 'error'), {
    default: 'info',
    doc: 'what is logged: this and worse',
    reason: 'At info, a line for each change that matters, and a sample of a storm.',
  }),
  drainLimitMs: setting(duration('1s', '1h'), {
    default: '25s',
    doc: 'how long a stop may take; then what is left is cut off',
    reason:
      'Below the 30 s after which Kubernetes kills. Attempts may use four fifths of it; one that is cut off is made again.',
  }),
} as const;
