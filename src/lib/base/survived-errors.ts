// Errors outside of any call that do not end the process, such as those of a plugin. Its owner decides which.

const judges = new Set<(error: unknown) => boolean>()

/** From now on, the process survives the errors for which `survives` is true; its owner handles them. */
export function registerSurvivor(survives: (error: unknown) => boolean): void {
  judges.add(survives)
}

/** Whether the process survives this uncaught error. */
export function isSurvived(error: unknown): boolean {
  return [...judges].some((survives) => survives(error))
}
