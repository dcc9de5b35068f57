import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/read-config.js';
import { flagName, SETTING_NAMES, SETTINGS, variableName } from '../src/config/settings.js';
import { plant } from './planted.js';

const CANARY = 'hunter2';

/** Values that mean something somewhere, and values that mean nothing. */
const value = fc.oneof(
  fc.constantFrom(
    '5s',
    '500ms',
    '24h',
    '0',
    '1',
    '0.5',
    'true',
    'false',
    'sqlite',
    'postgres',
    '127.0.0.1:0',
    'public',
  ),
  fc.constantFrom(
    '~',
    '[]',
    '{}',
    '*a',
    '&a 1',
    '!!x 1',
    '- 1',
    '"',
    "'",
    '|',
    '>-',
    '? x',
    '%',
    '@',
    '`',
    '#',
    '---',
  ),
  fc.constantFrom(`postgres://u:${CANARY}@db/x`, `postgres://u:${CANARY}/@db`, `https://${CANARY}@x/?a#b`),
  fc.string({ maxLength: 20, unit: 'binary' }),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...SETTING_NAMES.map(flagName)) },
  fc.constantFrom('__proto__', '<<', 'config', '? [a]', ''),
);
const line = fc
  .tuple(fc.constantFrom('', '', '', ' ', '\t', '- ', '[', '{'), name, fc.constantFrom(': ', ':', ' '), value)
  .map((parts) => parts.join(''));
const file = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));

/** Either it is right and complete, or every error is one line of text, and in no case is there a secret in it. */
function judge(result: ReturnType<typeof readConfig>): void {
  const said = result.ok ? result.warnings : result.errors;
  if (result.ok) expect(Object.keys(result.config)).toEqual(SETTING_NAMES);
  else expect(said.length).toBeGreaterThan(0);
  for (const text of said) {
    expect(text).not.toContain(CANARY);
    expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
    expect(text.length).toBeLessThan(1_000);
  }
}

describe('random configuration', () => {
  it('in a file is right, or refused in plain words', () => {
    fc.assert(
      fc.property(file, (contents) => {
        judge(readConfig({ config: plant('random.yaml', contents) }, {}));
      }),
      { numRuns: 1_000 },
    );
  });

  it('as bytes in a file is right, or refused in plain words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        judge(readConfig({ config: plant('random.yaml', bytes) }, {}));
      }),
      { numRuns: 500 },
    );
  });

  it('in flags and in the environment is right, or refused in plain words', () => {
    const given = fc.dictionary(fc.constantFrom(...SETTING_NAMES), value, {
      maxKeys: 6,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(given, given, (flags, variables) => {
        const env = Object.fromEntries(
          SETTING_NAMES.map((each) => [variableName(each), variables[each]] as const),
        );
        judge(readConfig(flags, env));
      }),
      { numRuns: 2_000 },
    );
  });

  it('each kind takes any text, or says what is wrong with it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SETTING_NAMES), value, (setting, text) => {
        const parsed = SETTINGS[setting].kind.parse(text);
        if ('flaw' in parsed) expect(parsed.flaw).not.toContain(CANARY);
        else expect(parsed).toHaveProperty('value');
      }),
      { numRuns: 2_000 },
    );
  });
});
