import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  Parser,
  type Scalar,
} from 'yaml';
import { didYouMean } from './did-you-mean.js';
import { echo, inline } from './echo.js';
import type { Parsed } from './kinds.js';
import { readSmallFile } from './read-small-file.js';
import { flagName, SETTING_NAMES, type SettingName, SETTINGS } from './settings.js';

const MAX_FILE_BYTES = 64 * 1_024;

/** A mapping, a list in it, and some more for a precise complaint. 60,000 brackets would end the process in the composer. */
const MAX_DEPTH = 8;

/** Enough to see what kind of file it is; 64 KiB hold thousands of keys that are no setting. */
const MAX_ERRORS = 20;

interface FileEntry {
  /** As it would be given in a flag. */
  readonly text: string;
  /** `lease.yaml:3`. */
  readonly place: string;
}

export interface ConfigFile {
  readonly path: string;
  /** What the file says; `undefined`: something, but it is wrong. */
  readonly entries: ReadonlyMap<SettingName, FileEntry | undefined>;
  readonly errors: readonly string[];
  /** Whether the file could be read, so that what is not in `entries` is not in the file. */
  readonly legible: boolean;
}

/** A mapping of settings to texts and lists of texts, in YAML. `source`: who named the file. */
export function readConfigFile(path: string, source: string): ConfigFile {
  const file = readSmallFile(path, MAX_FILE_BYTES);
  const parsed = 'flaw' in file ? illegible([`${source}: ${file.flaw}`]) : parse(file.value, inline(path));
  const errors = parsed.errors.slice(0, MAX_ERRORS);
  const more = parsed.errors.length - errors.length;
  if (more > 0) errors.push(`${inline(path)}: ${more} more of this kind`);
  return { path, ...parsed, errors };
}

type Contents = Omit<ConfigFile, 'path'>;

/** `label`: what messages call the file. */
function parse(text: string, label: string): Contents {
  if (depthOf(text) > MAX_DEPTH) return illegible([`${label}: nested too deep for a list of settings`]);
  const lines = new LineCounter();
  const placeAt = (offset = 0) => `${label}:${Math.max(lines.linePos(offset).line, 1)}`;
  // All is text here, as in flags: no number loses its unit, and `no` is not false.
  const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const flaws = syntaxErrors(document, placeAt);
  if (flaws.length > 0) return illegible(flaws);

  const entries = new Map<SettingName, FileEntry | undefined>();
  const errors: string[] = [];
  const { contents } = document;
  // Nothing but comments, or not even those.
  if (contents === null || (isScalar(contents) && contents.source === ''))
    return { entries, errors, legible: true };
  if (!isMap(contents))
    return illegible([`${label}: is no mapping of settings, such as "grpc-listen: 127.0.0.1:50051"`]);
  const seen = new Map<SettingName, number>();
  for (const pair of contents.items as readonly Pair[]) {
    const { line } = lines.linePos(rangeStart(pair.key));
    const place = `${label}:${line}`;
    const key = settingFor(pair.key);
    if ('flaw' in key) {
      errors.push(`${place}: ${key.flaw}`);
      continue;
    }
    const name = key.value;
    const before = seen.get(name);
    seen.set(name, line);
    const parsed: Parsed<string> =
      before === undefined ? textOf(name, pair.value) : { flaw: `stands in line ${before} already` };
    if ('flaw' in parsed) errors.push(`${place} ${flagName(name)}: ${parsed.flaw}`);
    entries.set(name, 'value' in parsed ? { text: parsed.value, place } : undefined);
  }
  return { entries, errors, legible: true };
}

function illegible(errors: readonly string[]): Contents {
  return { entries: new Map(), errors, legible: false };
}

/** How deep the text is nested, found without recursion. */
function depthOf(text: string): number {
  let deepest = 0;
  const todo: [unknown, number][] = [...new Parser().parse(text)].map((token) => [token, 0]);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const [token, depth] = next;
    if (typeof token !== 'object' || token === null) continue;
    deepest = Math.max(deepest, depth);
    if ('value' in token) todo.push([token.value, depth]);
    if ('key' in token) todo.push([token.key, depth]);
    if ('items' in token && Array.isArray(token.items))
      for (const item of token.items) todo.push([item, depth + 1]);
  }
  return deepest;
}

/** By their codes: the messages of the parser quote the text, and there may be secrets in it. */
function syntaxErrors(document: Document, placeAt: (offset: number) => string): readonly string[] {
  const all = [...document.errors, ...document.warnings].map(
    ({ code, pos }) => `${placeAt(pos[0])}: is no plain YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
  );
  return [...new Set(all)];
}

function rangeStart(node: unknown): number {
  return (node as { readonly range?: readonly [number, ...number[]] | null } | null)?.range?.[0] ?? 0;
}

function settingFor(key: unknown): Parsed<SettingName> {
  const text = isScalar(key) ? key.value : undefined;
  if (typeof text !== 'string') return { flaw: 'a setting is named by plain text' };
  const name = SETTING_NAMES.find((candidate) => flagName(candidate) === text);
  if (name !== undefined) return { value: name };
  return { flaw: `${echo(text)} is no setting${didYouMean(text, SETTING_NAMES.map(flagName))}` };
}

function textOf(name: SettingName, value: unknown): Parsed<string> {
  const { isList = false } = SETTINGS[name].kind as { readonly isList?: true };
  if (isAlias(value)) return { flaw: 'aliases are not read here' };
  if (isScalar(value)) return scalarText(value);
  if (!isSeq(value) || !isList)
    return { flaw: isList ? 'a list of texts is needed' : 'one value is needed, no list and no mapping' };
  const texts = value.items.map((item) => (isScalar(item) ? scalarText(item) : { flaw: '' }));
  const good = texts.flatMap((item) => ('value' in item ? [item.value] : []));
  return good.length === texts.length ? { value: good.join(',') } : { flaw: 'a list of texts is needed' };
}

function scalarText({ value, type }: Scalar): Parsed<string> {
  const text = String(value);
  const isNull = type === 'PLAIN' && /^(|~|null|Null|NULL)$/.test(text);
  return isNull ? { flaw: 'has no value; without the line, the default holds' } : { value: text };
}
