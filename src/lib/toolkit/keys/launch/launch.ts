// The start of a program that needs more than the variables of `program-environment.ts`.

export interface ProgramTarget {
  /** The URL of the proxy. */
  url: string
  /** The program's client key. */
  secret: string
  /** The models that the proxy lists. */
  models: () => Promise<readonly string[]>
  env: NodeJS.ProcessEnv
}

export interface ProgramLaunch {
  args: string[]
  /** Additional variables. */
  env: Record<string, string>
  /** Removes what was made for the program. */
  cleanUp: () => void
}

export type Launcher = (
  args: readonly string[],
  target: ProgramTarget,
) => Promise<ProgramLaunch> | ProgramLaunch

/** A start without temporary files. */
export function launchWith(args: readonly string[], env: Record<string, string> = {}): ProgramLaunch {
  return { args: [...args], env, cleanUp: () => undefined }
}
