import type { Home } from '../../helpers/home.js';
import { attemptRecords } from './records.js';
import { type End, HANGING_MS, type HostileRow } from './row.js';

const MAX_DETAIL_BYTES = 1_024;
/** The executor's time to stop, and a busy machine. */
const SLACK_MS = 7_000;

const REASON_BY_END: Readonly<Record<End, string | undefined>> = {
  collected: undefined,
  terminal: 'TERMINAL_ANSWER',
  exhausted: 'ATTEMPTS_EXHAUSTED',
  'not-found': 'ENDPOINT_NOT_FOUND',
  unreached: undefined,
};

/** Controls, and the marks that turn the direction of writing or break lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What a store that outlives its server keeps of the attempts on these objects, and should not or not so. */
export async function judgeRecords(
  home: Home,
  objects: ReadonlyMap<string, HostileRow>,
): Promise<readonly string[]> {
  const records = await attemptRecords(home);
  if (records === undefined) return [];
  const violations: string[] = [];
  for (const { objectKey, abandonReason, detail, durationMs } of records) {
    const row = objects.get(objectKey ?? '');
    const name = row?.name ?? 'a cleanup that is over';
    const text = detail ?? '';
    if (UNPRINTABLE.test(text)) violations.push(`R15: ${name}: kept as ${JSON.stringify(text)}`);
    if (Buffer.byteLength(text) > MAX_DETAIL_BYTES)
      violations.push(`F9: ${name}: ${Buffer.byteLength(text)} bytes are kept`);
    if (text.includes('A'.repeat(100))) violations.push(`F9: ${name}: what was compressed was unpacked`);
    if (row?.hangs && (durationMs ?? 0) > HANGING_MS + SLACK_MS)
      violations.push(`F9: ${name}: an attempt of ${HANGING_MS} ms took ${durationMs ?? 0} ms`);
    if (row && REASON_BY_END[row.end] !== (abandonReason ?? undefined))
      violations.push(`F9: ${name}: abandoned as ${abandonReason ?? 'nothing'}`);
  }
  const abandoned = new Set(records.flatMap(({ objectKey }) => objectKey ?? []));
  for (const [objectKey, row] of objects) {
    const isKept = REASON_BY_END[row.end] !== undefined;
    if (isKept !== abandoned.has(objectKey))
      violations.push(`F9: ${row.name}: ${isKept ? 'not ' : ''}abandoned`);
  }
  return violations;
}
