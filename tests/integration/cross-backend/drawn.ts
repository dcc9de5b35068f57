const DRAWN = ['cleanupId', 'generation', 'fence'] as const;
type Drawn = (typeof DRAWN)[number];

/**
 * Names for what a store draws, in the order in which it shows it: stores that do the same show the same names, whatever
 * they drew.
 */
export class DrawnNames {
  readonly #nameOf = new Map<unknown, string>();
  readonly #meant = new Map<string, unknown>();

  /** What a store answered, by names. */
  toNames(value: unknown): unknown {
    return mapDrawn(value, (drawn, key) => {
      const known = this.#nameOf.get(drawn);
      if (known !== undefined) return known;
      const name = `${key} ${this.#nameOf.size}`;
      this.#nameOf.set(drawn, name);
      this.#meant.set(name, drawn);
      return name;
    });
  }

  /** What is said by names, as the store knows it. */
  toDrawn(value: unknown): unknown {
    return mapDrawn(value, (name) => {
      if (!this.#meant.has(name as string)) throw new Error(`nothing is called ${String(name)}`);
      return this.#meant.get(name as string);
    });
  }
}

function mapDrawn(value: unknown, replace: (drawn: unknown, key: Drawn) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDrawn(item, replace));
  if (typeof value !== 'object' || value === null || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isDrawn(key) && item !== undefined ? replace(item, key) : mapDrawn(item, replace),
    ]),
  );
}

const isDrawn = (key: string): key is Drawn => (DRAWN as readonly string[]).includes(key);
