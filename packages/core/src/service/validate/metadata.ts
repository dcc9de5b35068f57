import type { Metadata } from '../../lease/lease.js';
import { LIMITS } from '../limits.js';
import { echo } from './echo.js';
import { checkEntries } from './entries.js';
import { flawOf, type TextRule } from './text.js';
import type { Violations } from './violations.js';

const KEY: TextRule = { minBytes: 1, maxBytes: LIMITS.metadataKeyBytes, controls: 'none' };
/** Values may have several lines: they are shown, never parsed, and both callbacks carry them escaped or framed. */
const VALUE: TextRule = { minBytes: 0, maxBytes: LIMITS.metadataValueBytes, controls: 'lines' };
const NONE: Metadata = new Map();

/** A copy of the metadata, which the caller cannot change any more. Any key is as good, `__proto__` included. */
export function checkMetadata(violations: Violations, metadata: unknown): Metadata {
  if (metadata === undefined) return NONE;
  const checked = new Map<string, string>();
  for (const [key, value] of checkEntries(violations, 'metadata', metadata, LIMITS.metadataEntries)) {
    const keyFlaw = flawOf(key, KEY);
    const valueFlaw = flawOf(value, VALUE);
    const field = () => `metadata[${echo(String(key))}]`;
    if (keyFlaw !== undefined) violations.add(field(), `has a key that ${keyFlaw}`);
    if (valueFlaw !== undefined) violations.add(field(), valueFlaw);
    if (typeof key === 'string' && typeof value === 'string') checked.set(key, value);
  }
  return checked.size === 0 ? NONE : checked;
}
