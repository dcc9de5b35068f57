import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { leaves } from '../src/alerts/figures.js';
import { OUTSIDE_RULES } from '../src/alerts/rules.js';
import { type AlertRule, alertRules } from '../src/index.js';
import { FAULTS, HEALTHY } from './faults.js';
import { installed } from './tools.js';

const shipped = fileURLToPath(new URL('../../../deploy/prometheus/lease-rules.yml', import.meta.url));

interface RulesFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly keep_firing_for: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}

const rules = (parse(readFileSync(shipped, 'utf8')) as RulesFile).groups.flatMap((group) => group.rules);

/** Ran over the shipped rules; nothing if promtool is not there. */
function promtool(...args: readonly string[]): string {
  return execFileSync('promtool', args, { encoding: 'utf8' });
}

describe('the rules file', () => {
  it('has every rule once, with its severity, its words and its patience', () => {
    const all = [...alertRules(), ...OUTSIDE_RULES];
    expect(
      rules.map(({ alert, labels, annotations }) => [alert, labels.severity, annotations.summary]),
    ).toEqual(all.map(({ name, severity, summary }) => [name, severity, summary]));
    const seconds = (text: string) => Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1);
    expect(rules.map((rule) => seconds(rule.for) * 1_000)).toEqual(all.map(({ forMs }) => forMs));
  });

  it('looks at the series that the server looks at', () => {
    for (const { name, scope, when } of alertRules()) {
      const expr = rules.find(({ alert }) => alert === name)?.expr ?? '';
      const series = when.flatMap(({ figure }) => leaves(figure)).map((figure) => figure.series);
      // What a server says of a store that it cannot read is out of date.
      const wanted = scope === 'store' ? [...series, 'lease_store_up'] : series;
      expect(new Set(expr.match(/\b(lease|process|nodejs)_\w+/g)), name).toEqual(new Set(wanted));
    }
  });

  it('makes one alert of what all servers say, and one for each server of the rest', () => {
    const scopeOf = ({ scope }: AlertRule) => (scope === 'store' ? 'max by (job) ' : 'by (job, instance) ');
    for (const rule of alertRules())
      expect(rules.find(({ alert }) => alert === rule.name)?.expr).toContain(scopeOf(rule));
  });

  it('is taken by promtool', () => {
    // Without it, the tests above have parsed the file all the same.
    if (installed('promtool'))
      expect(promtool('check', 'rules', shipped)).toContain(`${rules.length} rules found`);
    else expect(rules.length).toBeGreaterThan(0);
  });

  it('fires each alert by its own fault, none without, and ends it with the fault', () => {
    expect(Object.keys(FAULTS).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    const directory = mkdtempSync(join(tmpdir(), 'lease-rules-'));
    try {
      const file = join(directory, 'test.yml');
      writeFileSync(file, stringify({ rule_files: [shipped], evaluation_interval: '15s', tests: cases() }));
      if (installed('promtool')) expect(promtool('test', 'rules', file)).toContain('SUCCESS');
      else expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ rule_files: [shipped] });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** Ten minutes of health, ten of the fault, and health again: a sample every 15 s. */
function cases(): readonly object[] {
  return Object.entries(FAULTS).map(([alert, faulty]) => ({
    interval: '15s',
    input_series: Object.entries({ ...HEALTHY, ...faulty }).map(([series, values]) => ({ series, values })),
    alert_rule_test: [
      ...Object.keys(FAULTS).map((other) => ({ eval_time: '9m', alertname: other, exp_alerts: [] })),
      {
        eval_time: '19m',
        alertname: alert,
        exp_alerts: [{ exp_labels: labelsOf(alert) }].map(withSummary(alert)),
      },
      { eval_time: '45m', alertname: alert, exp_alerts: [] },
    ],
  }));
}

function labelsOf(alert: string): Readonly<Record<string, string>> {
  const rule = [...alertRules(), ...OUTSIDE_RULES].find(({ name }) => name === alert);
  if (rule === undefined) throw new Error(`there is no ${alert}`);
  const instance = rule.scope === 'process' ? { instance: 'a:9090' } : {};
  return { severity: rule.severity, job: 'lease', ...instance };
}

function withSummary(alert: string) {
  return (expected: object) => ({
    ...expected,
    exp_annotations: rules.find((rule) => rule.alert === alert)?.annotations,
  });
}
