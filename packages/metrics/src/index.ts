export type { CommitTally } from './commit-figures.js';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.js';
