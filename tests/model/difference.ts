import { canonical } from '@lease/core/testing';

/** A store does not do what the model does. */
export class Difference extends Error {
  override readonly name = 'Difference';
}

/** Fails unless the store's answer is the model's. */
export function same(what: string, store: unknown, model: unknown): void {
  // Nearly always they are: to put both into words takes most of a run's time.
  if (alike(store, model)) return;
  const seen = canonical(store);
  const expected = canonical(model);
  if (seen !== expected) throw new Difference(`${what}:\n  model ${expected}\n  store ${seen}`);
}

/** Fails unless what the store chose is among what it may choose. */
export function allowed(choice: string, condition: boolean): void {
  if (!condition) throw new Difference(`the store may not: ${choice}`);
}

/** Whether the canonical texts of both are surely the same. */
function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => alike(item, other[index]))
    );
  if (one instanceof Map) {
    if (!(other instanceof Map) || one.size !== other.size) return false;
    for (const [key, item] of one) if (!other.has(key) || !alike(item, other.get(key))) return false;
    return true;
  }
  if (Array.isArray(other) || other instanceof Map || one instanceof Set) return false;
  return alikeFields(one as Fields, other as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that are unset count as absent. */
function alikeFields(one: Fields, other: Fields): boolean {
  let more = 0;
  for (const name of Object.keys(one)) {
    if (one[name] === undefined) continue;
    if (!Object.hasOwn(other, name) || !alike(one[name], other[name])) return false;
    more += 1;
  }
  for (const name of Object.keys(other)) if (other[name] !== undefined) more -= 1;
  return more === 0;
}
