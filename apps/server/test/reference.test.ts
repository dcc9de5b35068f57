import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reference } from '../scripts/reference.js';
import { RISKS } from '../src/config/risks.js';
import { flagName, SETTING_NAMES, SETTINGS, variableName } from '../src/config/settings.js';
import { invoke } from './invoke.js';

const committed = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

/** The flags that a command takes, as its help has them. */
async function flagsOf(command: string): Promise<readonly string[]> {
  const { out } = await invoke([command, '--help']);
  return [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
}

describe('docs/configuration.md', () => {
  it('is as generated', () => {
    expect(committed).toBe(reference());
  });

  it('has a heading for every flag of serve, and for no other', async () => {
    const headings = [...committed.matchAll(/^### `(--[a-z-]+)`$/gm)].map(([, flag = '']) => flag);
    expect(headings.toSorted()).toEqual(
      (await flagsOf('serve')).filter((flag) => !['--help', '--config'].includes(flag)).toSorted(),
    );
    expect(headings).toHaveLength(SETTING_NAMES.length);
  });

  it.each(['serve', 'config', 'migrate'])('has every flag of %s', async (command) => {
    const flags = await flagsOf(command);
    expect(flags).toContain('--config');
    for (const flag of flags.filter((name) => name !== '--help'))
      expect(committed).toMatch(new RegExp(`\`${flag}[\` ]`));
  });

  it.each(SETTING_NAMES)('says of %s what it is, its default, its bounds, its variable and why', (name) => {
    const section = (committed.split(`### \`--${flagName(name)}\`\n`)[1] ?? '').split('\n#')[0] ?? '';
    const text = section.replace(/\s+/g, ' ').replaceAll('`', '').toLowerCase();
    const { kind, default: fallback, doc, reason } = SETTINGS[name];
    expect(reason).toMatch(/^[A-Z].*\.$/);
    for (const part of [doc, reason, kind.allowed, variableName(name), `default ${fallback || 'none'}`])
      expect(text).toContain(part.replaceAll('`', '').toLowerCase());
  });

  it('lists what is warned of', () => {
    const text = committed.replace(/\s+/g, ' ');
    for (const { because } of RISKS) expect(text).toContain(because);
  });
});
