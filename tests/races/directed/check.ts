import { canonical, LawBroken } from '@lease/core/testing';

/** Fails unless the condition holds. `claim` says what should be true. */
export function check(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new LawBroken(claim);
}

/** Fails unless both are equal in depth. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  const seen = canonical(actual);
  const promised = canonical(expected);
  if (seen !== promised) throw new LawBroken(`${what}: expected ${promised}, saw ${seen}`);
}
