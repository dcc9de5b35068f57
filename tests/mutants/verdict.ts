import type { Mutant } from './mutant.js';

/** Where a mutant is caught. */
type Layer = 'simulation' | 'laws' | 'PostgreSQL';

/** How a layer caught a mutant. */
export interface Catch {
  readonly layer: Layer;
  /** The promise and what was seen, or the law. */
  readonly by: string;
  /** E.g. `2 seeds`, `0.4 s`. */
  readonly after: string;
}

/** What became of a mutant. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly catches: readonly Catch[];
  /** Each a layer that should have caught it and did not, or a patch that no longer applies. None: it is dead. */
  readonly faults: readonly string[];
}

/** Laws that a mutant breaks, or has to. */
export interface LawTrial {
  readonly layer: Layer;
  readonly broken: readonly { readonly law: string; readonly message: string; readonly byCrash: boolean }[];
  readonly ms: number;
}

/** Every law that the mutant names has to have noticed, by what it saw and not by a crash of the spoiled source. */
export function judgeLaws({ breaks }: Mutant, { layer, broken, ms }: LawTrial) {
  const byName = new Map(broken.map((each) => [each.law, each]));
  const faults = breaks.flatMap((law) => {
    const noticed = byName.get(law);
    if (noticed === undefined) return [`survives the law "${law}"`];
    return noticed.byCrash ? [`the law "${law}" crashed: ${noticed.message}`] : [];
  });
  const after = seconds(ms);
  const noticed = breaks.filter((law) => byName.get(law)?.byCrash === false);
  return { faults, catches: noticed.map((by): Catch => ({ layer, by, after })) };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
