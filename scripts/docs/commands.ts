// The README's list of commands, from `oclif.manifest.json`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { code } from './markdown.ts'

interface ManifestFlag {
  name: string
  char?: string
  type: 'boolean' | 'option'
  description?: string
  summary?: string
  helpValue?: string
  helpGroup?: string
  multiple?: boolean
  allowNo?: boolean
  hidden?: boolean
  options?: string[]
}

interface ManifestArgument {
  name: string
  required?: boolean
  multiple?: boolean
  options?: string[]
}

interface ManifestCommand {
  id: string
  summary?: string
  description?: string
  hidden?: boolean
  aliases: string[]
  args: Record<string, ManifestArgument>
  flags: Record<string, ManifestFlag>
}

/**
 * Every command with its description and flags. The text describes `--json` and `--help`, which all commands have,
 * once.
 */
export function commandIndex(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, ManifestCommand>
  }
  const visible = Object.values(manifest.commands).filter(({ hidden }) => hidden !== true)
  return visible.map(entry).join('\n\n')
}

function entry(command: ManifestCommand): string {
  const name = command.id.replaceAll(':', ' ')
  const args = Object.values(command.args).map(argumentText).join(' ')
  const flags = Object.values(command.flags).filter(isOwn)
  const aliases = command.aliases.map((alias) => code(`qwenctl ${alias.replaceAll(':', ' ')}`)).join(', ')
  const head = `**${code(`qwenctl ${name}${args === '' ? '' : ` ${args}`}`)}**: ${command.summary ?? ''}.`
  const more = [command.description ?? '', aliases === '' ? '' : `Also: ${aliases}.`].filter(
    (text) => text !== '',
  )
  const list = flags.map((flag) => `- ${code(flagText(flag))}: ${meaning(flag)}`)
  return [[head, ...more].join(' '), ...(list.length === 0 ? [] : [list.join('\n')])].join('\n\n')
}

function argumentText({ name, required, multiple, options }: ManifestArgument): string {
  const word =
    (options === undefined ? name.toUpperCase() : options.join('|')) + (multiple === true ? '...' : '')
  return required === true ? word : `[${word}]`
}

function isOwn({ name, hidden }: ManifestFlag): boolean {
  return hidden !== true && name !== 'json'
}

function flagText(flag: ManifestFlag): string {
  const long = flag.allowNo === true ? `--[no-]${flag.name}` : `--${flag.name}`
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? flag.name.toUpperCase()}` : ''
  return `${flag.char === undefined ? '' : `-${flag.char}, `}${long}${value}`
}

function meaning({ description, summary, options }: ManifestFlag): string {
  const choices = options === undefined ? '' : ` (${options.map(code).join(', ')})`
  return `${summary ?? description ?? ''}${choices}`
}
