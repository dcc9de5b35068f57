import type { AlertRule, Figure, Match, Scope } from './rule.js';

/** The rule's conditions as Prometheus has them. */
export function promqlOf({ when, scope }: AlertRule): string {
  return when
    .map(({ figure, is }) => {
      const [sign, limit] = 'above' in is ? ['>', is.above] : ['<', is.below];
      return `${expression(figure, scope)} ${sign} ${limit}`;
    })
    .join(' and ');
}

function expression(figure: Figure, scope: Scope): string {
  // Replicas say the same of a store: added up, they would say a multiple.
  const all = scope === 'store' ? 'max by (job)' : 'sum by (job, instance)';
  // The figures of one that cannot read the store stand still, and would outlive what they were about.
  const fresh = scope === 'store' ? ' and on (job, instance) (lease_store_up == 1)' : '';
  switch (figure.kind) {
    case 'now':
      return `${all} (${figure.series}${selector(figure.where)}${fresh})`;
    case 'growth':
      return `${all} (increase(${figure.series}${selector(figure.where)}[${promDuration(figure.overMs)}])${fresh})`;
    case 'age':
      return `(time() - ${all} (${figure.series}${fresh}))`;
    case 'share':
      return `(${expression(figure.of, scope)} / ${expression(figure.in, scope)})`;
  }
}

function selector(where: Match = {}): string {
  const matchers = Object.entries(where).map(([label, values]) => `${label}=~"${values.join('|')}"`);
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}

export function promDuration(ms: number): string {
  return ms % 60_000 === 0 && ms > 0 ? `${ms / 60_000}m` : `${ms / 1_000}s`;
}
