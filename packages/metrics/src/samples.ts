import type { Registry } from 'prom-client';

/** One value of one series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
}

/** The samples of a series by its name, as a scrape shows them now: those of a histogram are `NAME_count` and so on. */
export type ReadSamples = (series: string) => Promise<readonly Sample[]>;

/** Reads single series out of a registry, since most of a scrape is of no interest every second. */
export function samplesOf(registry: Registry): ReadSamples {
  return async (series) => {
    const metric =
      registry.getSingleMetric(series) ??
      registry.getSingleMetric(series.replace(/_(count|sum|bucket)$/, ''));
    if (metric === undefined) return [];
    const { values } = (await metric.get()) as {
      readonly values: readonly (Sample & { readonly metricName?: string })[];
    };
    return values.filter(({ metricName = series }) => metricName === series);
  };
}
