import { createPrivateKey } from 'node:crypto';
import { certificates } from '../../../tests/helpers/certificates.js';
import { echo } from '../src/config/echo.js';
import { plant } from './planted.js';

const { authority, server, client, expired, weak } = certificates;
const CERT = plant('server.crt', server.cert);
const KEY = plant('server.key', server.key);
const CA = plant('authority.crt', authority);
const EXPIRED = plant('expired.crt', expired.cert);
const EXPIRED_KEY = plant('expired.key', expired.key);
const WEAK = plant('weak.crt', weak.cert);
const WEAK_KEY = plant('weak.key', weak.key);
const OTHER_KEY = plant('client.key', client.key);
const NO_PEM = plant('no.pem', 'hunter2');
const CUT = plant('cut.pem', server.cert.replace(/\n.{64}\n/, '\n'));
const LOCKED = plant(
  'locked.key',
  createPrivateKey(server.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'hunter2',
  }),
);
const LONG = plant('long.pem', 'x'.repeat(1_024 * 1_024 + 1));

/** Flags, and every error that they get, in order. */
export const BAD_TLS: readonly (readonly [string, readonly string[]])[] = [
  [`--tls-cert ${CERT}`, ['--tls-cert is given without --tls-key']],
  [`--tls-key ${KEY}`, ['--tls-key is given without --tls-cert']],
  [
    `--tls-client-ca ${CA}`,
    ['--tls-client-ca is given without --tls-cert: in plain text nobody shows a certificate'],
  ],
  [
    `--tls-cert ${CERT} --tls-key ${KEY} --insecure-listen`,
    ['--insecure-listen and --tls-cert are both given: plain text and TLS exclude each other'],
  ],
  [
    `--tls-cert ${CERT} --tls-key ${OTHER_KEY}`,
    [`--tls-key: ${echo(OTHER_KEY)} is not the key of ${echo(CERT)} (--tls-cert)`],
  ],
  [`--tls-cert ${EXPIRED} --tls-key ${EXPIRED_KEY}`, [`--tls-cert: ${echo(EXPIRED)} expired on 2021-01-01`]],
  [
    `--tls-cert ${CERT} --tls-key ${KEY} --tls-client-ca ${EXPIRED}`,
    [`--tls-client-ca: every certificate in ${echo(EXPIRED)} has expired`],
  ],
  [
    `--tls-cert ${WEAK} --tls-key ${WEAK_KEY}`,
    ['--tls-cert and --tls-key cannot be served with: ERR_SSL_EE_KEY_TOO_SMALL'],
  ],
  [
    `--tls-cert ${NO_PEM} --tls-key ${NO_PEM} --tls-client-ca ${NO_PEM}`,
    [
      `--tls-cert: in ${echo(NO_PEM)}: no certificate in PEM`,
      `--tls-key: in ${echo(NO_PEM)}: no private key in PEM`,
      `--tls-client-ca: in ${echo(NO_PEM)}: no certificate in PEM`,
    ],
  ],
  [
    `--tls-cert ${KEY} --tls-key ${CERT}`,
    [
      `--tls-cert: in ${echo(KEY)}: no certificate in PEM`,
      `--tls-key: in ${echo(CERT)}: no private key in PEM`,
    ],
  ],
  [`--tls-cert ${CUT} --tls-key ${KEY}`, [`--tls-cert: in ${echo(CUT)}: a certificate that cannot be read`]],
  [
    `--tls-cert ${CERT} --tls-key ${LOCKED}`,
    [`--tls-key: in ${echo(LOCKED)}: a key with a passphrase, which nobody is here to enter`],
  ],
  [`--tls-cert ${LONG} --tls-key ${KEY}`, [`--tls-cert: ${echo(LONG)} is longer than 1024 KiB`]],
  [
    '--tls-cert /no/such --tls-key /',
    ['--tls-cert: "/no/such" cannot be read: ENOENT', '--tls-key: "/" cannot be read: EISDIR'],
  ],
  [`--tls-cert ${CERT} --grpc-listen 0.0.0.0:1`, ['--tls-cert is given without --tls-key']],
];
