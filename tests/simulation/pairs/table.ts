/** State -> event -> everything that may come of it. */
export type Table<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, readonly string[]>>>>
>;
