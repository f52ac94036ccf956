// The start of a program that needs more than the variables of `program-environment.ts`.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ProgramTarget {
  /** The URL of the proxy. */
  url: string
  /** The program's client key. */
  secret: string
  /** The models that the proxy lists. */
  models: () => Promise<readonly string[]>
  env: NodeJS.ProcessEnv
}

interface Start {
  args: string[]
  /** Additional variables. */
  env: Record<string, string>
}

export interface ProgramLaunch extends Start {
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

/** A start with a temporary folder, which `fill` fills. It is removed after the program, and if `fill` fails. */
export async function launchWithFolder(
  program: string,
  fill: (folder: string) => Start | Promise<Start>,
): Promise<ProgramLaunch> {
  const folder = mkdtempSync(join(tmpdir(), `qwenctl-${program}-`))
  const cleanUp = () => rmSync(folder, { recursive: true, force: true })
  try {
    return { ...(await fill(folder)), cleanUp }
  } catch (error) {
    cleanUp()
    throw error
  }
}
