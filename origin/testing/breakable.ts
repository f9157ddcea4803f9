/** How a part is broken: it says that it is away, it fails when it is asked, or both. */
export interface Fault {
  /** `isUp()` answers false. */
  down: boolean;
  /** Every other method rejects with this, if it is set. */
  error: Error | null;
}

/** A part with a switch that breaks it, for tests of what the others do then. */
export function breakable<T extends object>(part: T): { part: T; fault: Fault } {
  const fault: Fault = { down: false, error: null };
  const broken = new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name === "isUp") return () => !fault.down && value.call(target);
      return (...args: unknown[]) =>
        fault.error ? Promise.reject(fault.error) : value.apply(target, args);
    },
  });
  return { part: broken, fault };
}
