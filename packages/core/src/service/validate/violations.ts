import type { FieldViolation, Refusal, RefusalReason } from '../answer.js';

/**
 * Violations that a refusal lists. They travel in response trailers, which some gRPC clients cut off at 8 KiB; 16 of
 * them stay below half of that. Each check reports a map's entries after all single fields.
 */
const MAX_LISTED = 16;

/**
 * Everything wrong with one request. A check that adds a violation still returns a value of its type, so that the
 * next check can run; that value goes nowhere, because a request with violations is refused.
 */
export class Violations {
  readonly #listed: FieldViolation[] = [];
  #count = 0;

  /** `description` is a predicate: with the field before it, it is a sentence. */
  add(field: string, description: string): void {
    this.#count += 1;
    if (this.#listed.length < MAX_LISTED) this.#listed.push({ field, description });
  }

  get found(): boolean {
    return this.#count > 0;
  }

  refuse(reason: RefusalReason = 'INVALID_REQUEST'): { readonly ok: false; readonly refusal: Refusal } {
    const [first] = this.#listed;
    const others = this.#count - 1;
    const message =
      (first === undefined ? 'the request is wrong' : `${first.field} ${first.description}`) +
      (others > 0 ? ` (and ${others} more)` : '');
    return { ok: false, refusal: { reason, message, violations: this.#listed } };
  }
}
