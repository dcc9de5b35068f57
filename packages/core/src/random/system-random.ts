import { flat } from '../text/flat.js';
import type { Random } from './random.js';

/** The platform's randomness: `Math.random()` for jitter, `crypto.randomUUID()` for identities. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => flat(crypto.randomUUID()),
};
