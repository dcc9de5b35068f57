import { callbackSigner } from '@lease/core/http';
import { inFile } from './in-file.js';
import type { Kind, Parsed } from './kinds.js';

/** Secrets that callbacks are signed with, separated by commas; empty: none. What is wrong is said without any of them. */
export const signingSecrets: Kind<readonly string[]> = {
  placeholder: 'whsec_...,...',
  allowed: 'up to 8 secrets, each `whsec_` and 24 to 64 bytes in base64',
  parse: (text) => (text === '' ? { value: [] } : parseSecrets(text.split(','))),
};

/** The secrets in the file of that name, one a line; empty: none. */
export const signingSecretsFile: Kind<readonly string[]> = {
  placeholder: 'file',
  allowed: 'a path',
  parse: (path) =>
    path === ''
      ? { value: [] }
      : inFile(path, (text) => parseSecrets(text.split('\n').filter((line) => line.trim() !== ''))),
};

function parseSecrets(texts: readonly string[]): Parsed<readonly string[]> {
  const secrets = texts.map((text) => text.trim());
  try {
    callbackSigner({ secrets });
    return { value: secrets };
  } catch (error) {
    if (error instanceof RangeError) return { flaw: error.message };
    throw error;
  }
}
