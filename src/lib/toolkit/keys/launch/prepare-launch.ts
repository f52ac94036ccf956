// The programs that need more than variables, by name. Sources: the documentation or source of each client,
// 2026-11.

import { basename } from 'node:path'
import { launchClaude } from './claude.ts'
import { launchCodex } from './codex.ts'
import { launchGemini } from './gemini.ts'
import { launchWith, type Launcher, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { kilo, launchOpencode, opencode } from './opencode.ts'
import { launchPi } from './pi.ts'
import { launchQwen } from './qwen.ts'

const launchers: Readonly<Record<string, Launcher>> = {
  claude: launchClaude,
  codex: launchCodex,
  gemini: launchGemini,
  kilo: (args, target) => launchOpencode(args, target, kilo),
  opencode: (args, target) => launchOpencode(args, target, opencode),
  pi: launchPi,
  qwen: launchQwen,
}

/**
 * Prepares the start of a program, without a secret in its arguments. Throws `invalid_value` for given settings that
 * cannot be read.
 */
export async function prepareLaunch(
  program: string,
  args: readonly string[],
  target: ProgramTarget,
): Promise<ProgramLaunch> {
  const name = basename(program).replace(/\.(?:exe|cmd|js)$/i, '')
  const launch = Object.hasOwn(launchers, name) ? launchers[name] : undefined
  return launch === undefined ? launchWith(args) : launch(args, target)
}
