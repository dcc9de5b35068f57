import type { Clock } from '@lease/core';
import type { ReadSamples, Sample } from '../samples.js';
import type { AlertRule, Condition, Figure, Match } from './rule.js';

type Growth = Extract<Figure, { readonly kind: 'growth' }>;

/** A growing series as it was. */
interface Past {
  readonly overMs: number;
  /** In the order of time; the first one is the last before the window, or the first ever. */
  readings: { readonly atMs: number; readonly value: number }[];
}

/** The figures of rules, read from samples. Growth is what was seen here: a process remembers itself. */
export class Figures {
  readonly #samples: ReadSamples;
  readonly #clock: Clock;
  readonly #past = new Map<string, Past>();
  #latest = new Map<string, readonly Sample[]>();

  constructor(rules: readonly AlertRule[], samples: ReadSamples, clock: Clock) {
    this.#samples = samples;
    this.#clock = clock;
    for (const figure of rules.flatMap(({ when }) => when.flatMap((condition) => leaves(condition.figure)))) {
      if (figure.kind === 'growth') this.#past.set(keyOf(figure), { overMs: figure.overMs, readings: [] });
      this.#latest.set(figure.series, []);
    }
  }

  /** Takes a new sample of every series. */
  async sample(): Promise<void> {
    for (const series of this.#latest.keys()) this.#latest.set(series, await this.#samples(series));
    const atMs = this.#clock.monotonicMs();
    for (const [key, past] of this.#past) {
      const { series, where } = JSON.parse(key) as Growth;
      past.readings.push({ atMs, value: this.#sum(series, where) ?? 0 });
      while ((past.readings[1]?.atMs ?? Infinity) <= atMs - past.overMs) past.readings.shift();
    }
  }

  /** Unset: there is nothing to judge. */
  value(figure: Figure): number | undefined {
    switch (figure.kind) {
      case 'now':
        return this.#sum(figure.series, figure.where);
      case 'age': {
        const instant = this.#sum(figure.series);
        return instant === undefined ? undefined : this.#clock.wallMs() / 1_000 - instant;
      }
      case 'growth': {
        const readings = this.#past.get(keyOf(figure))?.readings ?? [];
        return (readings.at(-1)?.value ?? 0) - (readings[0]?.value ?? 0);
      }
      case 'share': {
        const [part, whole] = [this.value(figure.of), this.value(figure.in)];
        return part === undefined || !whole ? undefined : part / whole;
      }
    }
  }

  holds({ figure, is }: Condition): boolean {
    const value = this.value(figure);
    if (value === undefined) return false;
    return 'above' in is ? value > is.above : value < is.below;
  }

  #sum(series: string, where: Match = {}): number | undefined {
    const matching = (this.#latest.get(series) ?? []).filter(({ labels }) =>
      Object.entries(where).every(([label, values]) => values.includes(String(labels[label]))),
    );
    return matching.length === 0 ? undefined : matching.reduce((sum, { value }) => sum + value, 0);
  }
}

/** The series that a figure is made of. */
export function leaves(figure: Figure): readonly Exclude<Figure, { readonly kind: 'share' }>[] {
  return figure.kind === 'share' ? [...leaves(figure.of), ...leaves(figure.in)] : [figure];
}

function keyOf(figure: Growth): string {
  return JSON.stringify(figure);
}
