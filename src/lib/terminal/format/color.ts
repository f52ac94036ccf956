import { Chalk } from 'chalk'

/** The meaning of colours; each function is the identity if colours are off. */
export interface Palette {
  good: (text: string) => string
  warn: (text: string) => string
  bad: (text: string) => string
  quiet: (text: string) => string
  strong: (text: string) => string
}

export interface ColorStream {
  isTTY?: boolean
}

/**
 * 0 (none) to 3 (true colour) for one stream. `FORCE_COLOR` beats `NO_COLOR`, as in Node itself; `NO_COLOR` counts
 * when it is not empty (no-color.org). chalk looks at neither for a stream of our choice, so the level is ours.
 */
export function colorLevel(stream: ColorStream, env: NodeJS.ProcessEnv): 0 | 1 | 2 | 3 {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0
    return forced === '2' ? 2 : forced === '3' ? 3 : 1
  }
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return 0
  if (env['TERM'] === 'dumb' || stream.isTTY !== true) return 0
  return 1
}

export function paletteFor(stream: ColorStream, env: NodeJS.ProcessEnv): Palette {
  const chalk = new Chalk({ level: colorLevel(stream, env) })
  return {
    good: (text) => chalk.green(text),
    warn: (text) => chalk.yellow(text),
    bad: (text) => chalk.red(text),
    quiet: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
  }
}

/** Colours that tell several series of one chart apart; each is the identity where colours are off. */
export function seriesTones(stream: ColorStream, env: NodeJS.ProcessEnv): ((text: string) => string)[] {
  const chalk = new Chalk({ level: colorLevel(stream, env) })
  return [chalk.green, chalk.cyan, chalk.magenta, chalk.yellow, chalk.dim].map((tone) => (text) => tone(text))
}
