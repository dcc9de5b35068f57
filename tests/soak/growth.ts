/** What a server uses, at an instant. */
export interface Sample {
  /** Since the load began. */
  readonly atS: number;
  /** After a collection. */
  readonly heapMb: number;
  readonly rssMb: number;
  /** What keeps its event loop alive: timers, sockets, requests. */
  readonly handles: number;
  readonly descriptors: number;
  /** But for those to the database. */
  readonly sockets: number;
  readonly databaseConnections: number;
}

export type Figure = Exclude<keyof Sample, 'atS'>;
export type Figures = Readonly<Record<Figure, number>>;

export const FIGURES: readonly Figure[] = [
  'heapMb',
  'rssMb',
  'handles',
  'descriptors',
  'sockets',
  'databaseConnections',
];

/** What is read off fewer is noise. */
const MIN_SAMPLES = 10;

/** How fast each figure grows in the second half, by least squares, per minute. The first half warms up. */
export function slopesPerMinute(samples: readonly Sample[]): Figures {
  const half = secondHalf(samples);
  return figures((figure) => 60 * slope(half.map(({ atS, [figure]: value }) => [atS, value])));
}

/** What grew in the second half by more than it may, each with its figures. */
export function growths(samples: readonly Sample[], mayGrowBy: Figures): readonly string[] {
  const half = secondHalf(samples);
  if (half.length < MIN_SAMPLES) return [`only ${half.length} samples in the second half`];
  const minutes = ((half.at(-1)?.atS ?? 0) - (half[0]?.atS ?? 0)) / 60;
  const slopes = slopesPerMinute(samples);
  return FIGURES.flatMap((figure) => {
    const growth = slopes[figure] * minutes;
    if (growth <= mayGrowBy[figure]) return [];
    return [
      `${figure} grew by ${growth.toFixed(1)} in ${minutes.toFixed(1)} min, of at most ${mayGrowBy[figure]}`,
    ];
  });
}

export function figures(of: (figure: Figure) => number): Figures {
  return Object.fromEntries(FIGURES.map((figure) => [figure, of(figure)])) as unknown as Figures;
}

function secondHalf(samples: readonly Sample[]): readonly Sample[] {
  const fromS = (samples.at(-1)?.atS ?? 0) / 2;
  return samples.filter(({ atS }) => atS >= fromS);
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
