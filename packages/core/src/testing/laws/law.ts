import type { StoreLaw } from '../store-law.js';
import { Trial } from './trial.js';

/** States a law: the ids it proves, what is promised, and the proof. */
export function law(id: string, promise: string, proof: (trial: Trial) => Promise<void>): StoreLaw {
  return { id, name: `${id}: ${promise}`, run: (context) => proof(new Trial(context)) };
}
