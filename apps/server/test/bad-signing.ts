import { echo } from '../src/config/echo.js';
import { plant } from './planted.js';

function secretOf(bytes: number, fill: number): string {
  return `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
}

export const SECRET_A = secretOf(32, 1);
const SECRET_B = secretOf(24, 2);
const SHORT = secretOf(12, 3);
const BARE = secretOf(32, 4).slice(6);

/** What no text that the server writes may hold: keys of good secrets and of bad ones. */
export const CANARIES = [SECRET_A, SECRET_B, SHORT, secretOf(32, 4)].map((secret) => secret.slice(6, 18));

const UNREADABLE = 'is not whsec_ and base64 with its padding';
const GOOD = plant('good-secrets', `${SECRET_A}\n${SECRET_B}\n`);
const BAD = plant('bad-secrets', `${SECRET_A}\n\n${SHORT}\r\n${BARE}\n`);
const NONE = plant('no-secrets', '\n');

/** Flags and environment, and every error that they get, in order. */
export const BAD_SIGNING: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
  [`--signing-secrets ${BARE}`, {}, [`--signing-secrets: signing secret 1 ${UNREADABLE}`]],
  [
    '',
    { LEASE_SIGNING_SECRETS: `${SECRET_A}, ${SHORT},${SECRET_A}` },
    ['LEASE_SIGNING_SECRETS: signing secret 2 has 12 bytes, not 24 to 64; signing secret 3 is the same as 1'],
  ],
  ['', { LEASE_SIGNING_SECRETS: `${SECRET_A},` }, [`LEASE_SIGNING_SECRETS: signing secret 2 ${UNREADABLE}`]],
  [
    '',
    { LEASE_SIGNING_SECRETS: Array.from({ length: 9 }, (_, i) => secretOf(32, i)).join(',') },
    ['LEASE_SIGNING_SECRETS: there are 9 signing secrets; at most 8 can be in use'],
  ],
  [
    `--signing-secrets-file ${BAD}`,
    {},
    [
      `--signing-secrets-file: in ${echo(BAD)}: signing secret 2 has 12 bytes, not 24 to 64; signing secret 3 ${UNREADABLE}`,
    ],
  ],
  [
    '',
    { LEASE_SIGNING_SECRETS_FILE: NONE },
    [`LEASE_SIGNING_SECRETS_FILE: in ${echo(NONE)}: there is no signing secret`],
  ],
  [
    '--signing-secrets-file /no/such/file',
    {},
    ['--signing-secrets-file: "/no/such/file" cannot be read: ENOENT'],
  ],
  [`--signing-secrets-file ${SECRET_A}`, {}, ['--signing-secrets-file: "whsec_..." cannot be read: ENOENT']],
  [
    `--signing-secrets-file ${GOOD}`,
    { LEASE_SIGNING_SECRETS: SECRET_A },
    ['LEASE_SIGNING_SECRETS and --signing-secrets-file are both given: one is enough'],
  ],
  [`--storage ${SECRET_A}`, {}, ['--storage: "whsec_..." is none of sqlite, memory, postgres']],
  [SECRET_A, {}, ['"whsec_..." is no argument of this command']],
];
