import { describe, expect, it } from 'vitest';
import { type Arrival, ArrivalLog } from '../src/arrival-log.js';

interface Item extends Arrival {
  readonly name: number;
}

const logOf = (count: number) => {
  const log = new ArrivalLog<Item>();
  const items = Array.from({ length: count }, (_, name): Item => ({ name, seq: 0 }));
  for (const item of items) log.append(item);
  return { log, items };
};

const readAll = (log: ArrivalLog<Item>, limit: number, pick: (item: Item) => number | undefined) => {
  const names: number[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = log.page(cursor, limit, pick);
    names.push(...page.rows);
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== undefined);
  return { names, pages };
};

describe('ArrivalLog', () => {
  it('pages through everything in the order of arrival', () => {
    const { log, items } = logOf(25);
    const { names, pages } = readAll(log, 10, ({ name }) => name);
    expect(names).toEqual(items.map(({ name }) => name));
    expect(pages).toBe(3);
  });

  it('leaves out what was removed, also after it compacted', () => {
    const { log, items } = logOf(5_000);
    for (const item of items) if (item.name % 4 !== 0) log.remove(item);
    const { names } = readAll(log, 100, ({ name }) => name);
    expect(names).toEqual(items.map(({ name }) => name).filter((name) => name % 4 === 0));
  });

  it('goes on where a page ended although others arrived and left in between', () => {
    const { log, items } = logOf(3_000);
    const first = log.page(undefined, 10, ({ name }) => name);
    for (const item of items.slice(0, 2_500)) if (item.name !== 5) log.remove(item);
    log.append({ name: 9_999, seq: 0 });
    const rest = log.page(first.nextCursor, 1_000, ({ name }) => name);
    expect(first.rows).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rest.rows[0]).toBe(2_500);
    expect(rest.rows.at(-1)).toBe(9_999);
    expect(rest.nextCursor).toBeUndefined();
  });

  it('visits a bounded number of elements for a page, and says that there are more', () => {
    const { log } = logOf(120_000);
    let visits = 0;
    const page = log.page(undefined, 10, () => {
      visits += 1;
      return undefined;
    });
    expect(visits).toBe(5_000);
    expect(page.rows).toEqual([]);
    expect(page.nextCursor).toBeDefined();
  });

  it('keeps its place through removals of a hundred thousand, one by one, in linear time', () => {
    const { log, items } = logOf(100_000);
    for (const item of items) log.remove(item);
    expect(readAll(log, 10, ({ name }) => name)).toEqual({ names: [], pages: 1 });
  });
});
