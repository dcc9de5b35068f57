import type { Violations } from './violations.js';

/**
 * Which characters a text may hold, besides ordinary ones.
 * `none`: no controls (U+0000 to U+001F, U+007F to U+009F) and no bidi marks, which make one id look like another.
 * `lines`: as `none`, but tab, line feed and carriage return.
 * `any`: everything that a store and the wire can carry, that is all but U+0000.
 * A lone surrogate is no character: UTF-8 cannot carry it.
 */
type Controls = 'none' | 'lines' | 'any';

export interface TextRule {
  readonly minBytes: 0 | 1;
  readonly maxBytes: number;
  readonly controls: Controls;
}

/** The text, checked; an empty one if it was refused. */
export function checkText(violations: Violations, field: string, value: unknown, rule: TextRule): string {
  const flaw = flawOf(value, rule);
  if (flaw !== undefined) violations.add(field, flaw);
  return typeof value === 'string' && flaw === undefined ? value : '';
}

/** What is wrong with the text, as a predicate. */
export function flawOf(value: unknown, { minBytes, maxBytes, controls }: TextRule): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'is no string';
  if (value.length < minBytes) return 'is empty';
  // Every UTF-16 unit takes a byte at least: the megabytes of a text that is too long are never read.
  const bytes = value.length > maxBytes ? value.length : scan(value, controls);
  if (bytes < 0) return describe(value, ~bytes, controls);
  return bytes > maxBytes ? `is too long: at most ${maxBytes} bytes of UTF-8 are allowed` : undefined;
}

/** The text's length in bytes of UTF-8, or, if it holds a forbidden character at index i, `~i`, which is negative. */
function scan(text: string, controls: Controls): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f) bytes += 1;
    else if (isSurrogate(unit)) {
      if (!isPair(unit, text.charCodeAt(i + 1))) return ~i;
      i += 1;
      bytes += 4;
    } else {
      if (!permits(controls, unit)) return ~i;
      bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }
  }
  return bytes;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function isPair(high: number, low: number): boolean {
  return high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

function permits(controls: Controls, unit: number): boolean {
  if (controls === 'any') return unit !== 0;
  if (unit === 0x09 || unit === 0x0a || unit === 0x0d) return controls === 'lines';
  return !(unit < 0x20 || (unit >= 0x7f && unit <= 0x9f) || isBidiMark(unit));
}

/** ALM, LRM, RLM; the embeddings and overrides LRE to RLO; the isolates LRI to PDI. */
function isBidiMark(unit: number): boolean {
  return (
    unit === 0x061c ||
    unit === 0x200e ||
    unit === 0x200f ||
    (unit >= 0x202a && unit <= 0x202e) ||
    (unit >= 0x2066 && unit <= 0x2069)
  );
}

function describe(text: string, index: number, controls: Controls): string {
  const unit = text.charCodeAt(index);
  const name = `U+${unit.toString(16).toUpperCase().padStart(4, '0')}`;
  const kind = isSurrogate(unit)
    ? 'a lone surrogate'
    : isBidiMark(unit)
      ? 'a bidi mark'
      : controls === 'any'
        ? 'the null character'
        : 'a control character';
  return `holds ${kind}, ${name}, at index ${index}`;
}
