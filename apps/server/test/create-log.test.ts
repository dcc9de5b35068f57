import { describe, expect, it } from 'vitest';
import { createLog, logFormatOf } from '../src/logging/create-log.js';
import { escapeAll, escapeText } from '../src/logging/escape.js';

function logTo(level: 'debug' | 'warn' = 'debug') {
  const lines: string[] = [];
  const log = createLog({ format: 'json', level, stream: { write: (line) => lines.push(line) } });
  return { lines, log };
}

const HOSTILE = 'a\u001b[2Jb\r\u0000\u202ec\u2028d\u009be\ud800';
const ESCAPED = 'a\\u001b[2Jb\\u000d\\u0000\\u202ec\\u2028d\\u009be\\ud800';

describe('escaping', () => {
  it('writes out what a terminal would act on, and leaves the rest as it is', () => {
    expect(escapeText(HOSTILE)).toBe(ESCAPED);
    expect(escapeText('Grüße, 世界 🌍\tand\na line')).toBe('Grüße, 世界 🌍\tand\na line');
    expect(escapeText(escapeText(HOSTILE)), 'once is enough').toBe(ESCAPED);
  });

  it('goes through lists and records, keys as well', () => {
    const error = new Error('x');
    expect(escapeAll({ [HOSTILE]: [HOSTILE, 1, null, { id: HOSTILE }], error })).toEqual({
      [ESCAPED]: [ESCAPED, 1, null, { id: ESCAPED }],
      error,
    });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(() => escapeAll(circular)).not.toThrow();
  });
});

describe('the log', () => {
  it('holds nothing that a terminal would act on, wherever it came from', () => {
    const { lines, log } = logTo();
    log.warn({ object: { id: HOSTILE }, detail: HOSTILE, err: new Error(HOSTILE) }, `said ${HOSTILE}`);
    expect(lines).toHaveLength(1);
    const [line = ''] = lines;
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Zl}\p{Cs}\u202e]/u);
    expect(JSON.parse(line)).toMatchObject({
      ...{ object: { id: ESCAPED }, detail: ESCAPED, msg: `said ${ESCAPED}`, pid: process.pid },
      err: { type: 'Error', message: ESCAPED },
    });
  });

  it('keeps to its level', () => {
    const { lines, log } = logTo('warn');
    log.debug('no');
    log.info('no');
    log.warn('yes');
    expect(lines).toHaveLength(1);
  });
});

it('is for people on a terminal, for programs elsewhere, unless somebody says what it is to be', () => {
  expect([logFormatOf('auto', true), logFormatOf('auto', false)]).toEqual(['pretty', 'json']);
  expect([logFormatOf('json', true), logFormatOf('pretty', false)]).toEqual(['json', 'pretty']);
});
