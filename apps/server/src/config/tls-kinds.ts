import { createPrivateKey, X509Certificate } from 'node:crypto';
import { inFile } from './in-file.js';
import type { Kind } from './kinds.js';

/** The PEM of certificates in the file of that name; empty: none. */
export const certificateFile = pemFile((pem) => {
  try {
    return certificatesIn(pem).length === 0 ? 'no certificate in PEM' : undefined;
  } catch {
    return 'a certificate that cannot be read';
  }
});

/** The PEM of a private key; empty: none. */
export const privateKeyFile = pemFile((pem) => {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem))
    return 'a key with a passphrase, which nobody is here to enter';
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return 'no private key in PEM';
  }
});

/** In their order. Throws if one of them is none. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** `flawOf`: what is wrong with the PEM; none of it may be in there. */
function pemFile(flawOf: (pem: string) => string | undefined): Kind<string> {
  const parse = (pem: string) => {
    const flaw = flawOf(pem);
    return flaw === undefined ? { value: pem } : { flaw };
  };
  return {
    placeholder: 'file',
    allowed: 'a path',
    parse: (path) => (path === '' ? { value: '' } : inFile(path, parse)),
  };
}
