/**
 * Functions of qwenctl itself in definitions of plugins: they need no check, and readers recognise some of them.
 */
const own = new WeakSet<object>()

/** Marks a function that runs no code of a plugin, and returns it. */
export function markOwn<Marked extends object>(called: Marked): Marked {
  own.add(called)
  return called
}

export function isOwnFunction(called: object): boolean {
  return own.has(called)
}
