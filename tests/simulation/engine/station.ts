/** Where messages come from and go to. */
export interface Station {
  readonly name: string;
  /** Hands an arrival over; false if nobody is there to take it. */
  deliver(run: () => void): boolean;
  /** Lets a message out, unless the station dies first. */
  emit(send: () => void): void;
  /** Told when the connections of a station break because it dies. */
  onDeath(tell: () => void): () => void;
}

/** A station that is always there. */
export function lasting(name: string): Station {
  return {
    name,
    deliver: (run) => {
      run();
      return true;
    },
    emit: (send) => {
      send();
    },
    onDeath: () => () => undefined,
  };
}
