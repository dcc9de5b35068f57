import { canonical } from './canonical.js';

/** A law does not hold: what was promised, and what was seen instead. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}

/** Fails unless the condition holds. `claim` says what should be true. */
export function check(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new LawBroken(claim);
}

/** Fails unless both are equal in depth. Maps compare by entries; unset fields equal absent ones. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const seen = canonical(actual);
  const promised = canonical(expected);
  if (seen !== promised) throw new LawBroken(`${what}: expected ${promised}, saw ${seen}`);
}

/** Fails unless the promise rejects with an error of this name. By name: a class may be loaded twice. */
export async function checkRejects(call: Promise<unknown>, errorName: string, what: string): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const name = error instanceof Error ? error.name : typeof error;
  if (name !== errorName) throw new LawBroken(`${what}: expected ${errorName}, saw ${name}`);
}

/** The value, which must be set. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new LawBroken(`${what}: nothing there`);
  return value;
}
