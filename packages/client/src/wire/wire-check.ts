import { type Duration, msToDuration } from '@lease/protocol';
import { type FieldViolation, LeaseError } from '../lease-error.js';

const MAX_UINT32 = 2 ** 32 - 1;

/**
 * Catches what the wire would silently change; all else is the server's to judge. A lone surrogate would become U+FFFD, so
 * that two different ids would be equal; a fraction or NaN would not arrive as what it was.
 */
export class WireCheck {
  readonly #violations: FieldViolation[] = [];

  text(field: string, value: string): string {
    if (typeof value !== 'string') this.#refuse(field, 'must be a string');
    else if (/\p{Surrogate}/u.test(value)) this.#refuse(field, 'must be well-formed Unicode');
    return value;
  }

  /** Unset is empty on the wire, so one that is given must not be: as part of a filter it would match everything. */
  optionalText(field: string, value: string | undefined): string {
    if (value === '') this.#refuse(field, 'must not be empty: leave it out');
    return value === undefined ? '' : this.text(field, value);
  }

  /** Own enumerable properties as a map. Unset: an empty one. */
  texts(field: string, record: Readonly<Record<string, string>> = {}): Map<string, string> {
    const entries = Object.entries(record);
    for (const [key, value] of entries) {
      const name = `${field}[${JSON.stringify(key.slice(0, 64))}]`;
      this.text(name, key);
      this.text(name, value);
    }
    return new Map(entries);
  }

  duration(field: string, ms: number | undefined): Duration | undefined {
    if (ms === undefined) return undefined;
    if (Number.isSafeInteger(ms)) return msToDuration(ms);
    this.#refuse(field, 'must be a whole number of milliseconds');
    return undefined;
  }

  uint32(field: string, value: number): number {
    if (!Number.isInteger(value) || value < 0 || value > MAX_UINT32) {
      this.#refuse(field, 'must be a whole number from 0 to 2^32-1');
    }
    return value;
  }

  /** Throws INVALID_REQUEST, as the server would, if anything was wrong. */
  done(): void {
    const [first] = this.#violations;
    if (first === undefined) return;
    throw new LeaseError({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      message: `${first.field} ${first.description}`,
      violations: this.#violations,
    });
  }

  #refuse(field: string, description: string): void {
    this.#violations.push({ field, description });
  }
}
