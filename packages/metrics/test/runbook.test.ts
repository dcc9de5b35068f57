import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alertRules } from '../src/index.js';
import { OUTSIDE_RULES } from '../src/alerts/rules.js';

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const names = [...alertRules(), ...OUTSIDE_RULES].map(({ name }) => name).sort();

describe('every alert', () => {
  it('has a name of its own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('is in the runbook, with what to look at and what to do, and nothing else is', () => {
    const [, ...entries] = file('docs/alerts.md').split(/^## /m);
    expect(entries.map((entry) => entry.split('\n', 1)[0]).sort()).toEqual(names);
    for (const entry of entries) {
      const [name = ''] = entry.split('\n', 1);
      if (name !== 'LeasePauseActive') {
        expect(entry, name).toMatch(/^- Look at: /m);
        expect(entry, name).toMatch(/^- Do: /m);
      }
      const rule = [...alertRules(), ...OUTSIDE_RULES].find((candidate) => candidate.name === name);
      expect(entry.toLowerCase(), name).toContain(`\n\n${rule?.severity ?? ''}`);
    }
  });

  it('is made to fire by a fault, against a real server', () => {
    const directory = 'tests/integration/alerts';
    const tests = readdirSync(new URL(`../../../${directory}`, import.meta.url))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => file(`${directory}/${name}`))
      .join('\n');
    const fired = [...tests.matchAll(/untilFiring\(server, '(\w+)'/g)].map(([, name]) => name);
    const told = tests.includes('"alert":"LeaseServerDown"') ? ['LeaseServerDown'] : [];
    expect([...new Set([...fired, ...told])].sort()).toEqual(names);
  });
});
