import { canonical } from '@lease/core/testing';

/** A store does not do what the model does. */
export class Difference extends Error {
  override readonly name = 'Difference';
}

/** Fails unless the store's answer is the model's. */
export function same(what: string, store: unknown, model: unknown): void {
  const seen = canonical(store);
  const expected = canonical(model);
  if (seen !== expected) throw new Difference(`${what}:\n  model ${expected}\n  store ${seen}`);
}

/** Fails unless what the store chose is among what it may choose. */
export function allowed(choice: string, condition: boolean): void {
  if (!condition) throw new Difference(`the store may not: ${choice}`);
}
