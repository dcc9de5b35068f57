/** The calls under way, and whether new ones are taken. */
export class Calls {
  #underWay = 0;
  #draining = false;
  #idle: (() => void)[] = [];

  /** Takes a call, unless {@link drain} was called. Whoever took one calls {@link end} once. */
  begin(): boolean {
    if (this.#draining) return false;
    this.#underWay += 1;
    return true;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Takes no more calls from now on; resolves when the last one has ended. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}
