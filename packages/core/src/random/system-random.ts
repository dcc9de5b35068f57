import type { Random } from './random.js';

/** The platform's randomness: `Math.random()` for jitter, `crypto.randomUUID()` for identities. */
export const systemRandom: Random = {
  next: () => Math.random(),
  // Node.js adds it up piece by piece, which V8 keeps as a tree of 450 bytes. Taken apart and joined it has 56.
  uuid: () => crypto.randomUUID().split('-').join('-'),
};
