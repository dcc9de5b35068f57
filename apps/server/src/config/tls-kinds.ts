import { createPrivateKey, X509Certificate } from 'node:crypto';
import { echo } from './echo.js';
import type { Kind } from './kinds.js';
import { readSmallFile } from './read-small-file.js';

/** The authorities that a system trusts take a quarter of it. */
const MAX_PEM_BYTES = 1_024 * 1_024;

/** The PEM of certificates in the file of that name; empty: none. */
export const certificateFile = pemFile((pem) => {
  try {
    return certificatesIn(pem).length === 0 ? 'holds no certificate in PEM' : undefined;
  } catch {
    return 'holds a certificate that cannot be read';
  }
});

/** The PEM of a private key; empty: none. */
export const privateKeyFile = pemFile((pem) => {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem))
    return 'holds a key with a passphrase, which nobody is here to enter';
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return 'holds no private key in PEM';
  }
});

/** In their order. Throws if one of them is none. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** `flawOf`: what is wrong with the PEM, to follow the name of the file; none of the contents may be in it. */
function pemFile(flawOf: (pem: string) => string | undefined): Kind<string> {
  return {
    placeholder: 'file',
    allowed: 'a path',
    parse: (path) => {
      if (path === '') return { value: '' };
      const file = readSmallFile(path, MAX_PEM_BYTES);
      if ('flaw' in file) return file;
      const flaw = flawOf(file.text);
      return flaw === undefined ? { value: file.text } : { flaw: `${echo(path)} ${flaw}` };
    },
  };
}
