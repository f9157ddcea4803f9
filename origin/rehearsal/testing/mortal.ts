/** Ends a process at one of its calls, from its ports' point of view: no later call is answered. */
export class Mortal {
  /** Every call so far, as `port.method`. */
  readonly calls: string[] = [];
  #dead = false;

  /** Dies after so many calls; Infinity lives on. */
  constructor(readonly diesAfter: number) {}

  get isDead(): boolean {
    return this.#dead;
  }

  /** A port of the mortal process. Questions that are answered at once, as `isUp`, are not counted. */
  port<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, method) => {
        const value = Reflect.get(target, method);
        if (typeof value !== "function" || method === "isUp") {
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async (...args: unknown[]) => {
          if (this.#dead) throw new Error("the process is dead");
          this.calls.push(`${name}.${String(method)}`);
          if (this.calls.length >= this.diesAfter) this.#dead = true;
          const answer = await value.apply(target, args);
          // It did happen, and nobody heard of it.
          if (this.#dead) throw new Error("the process died");
          return answer;
        };
      },
    });
  }
}
