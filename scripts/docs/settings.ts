// Settings and environment variables, for docs/reference/configuration.md.
import { settingsTable } from '../../src/lib/toolkit/settings/settings-table.ts'
import type { SettingRow } from '../../src/lib/toolkit/settings/settings-table.ts'
import { code, table } from './markdown.ts'

/** Variables that are not settings. A test compares this list with the variables that the sources read. */
export const plainVariables: readonly { name: string; meaning: string }[] = [
  {
    name: 'QWENCTL_HOME',
    meaning: "one folder for everything, instead of the operating system's own places",
  },
  {
    name: 'QWENCTL_PASSPHRASE',
    meaning: 'seals credentials with a key derived from it ([security.md](../guide/security.md))',
  },
  {
    name: 'QWENCTL_KEYCHAIN',
    meaning: '`off`: the keychain of the system is never asked',
  },
  {
    name: 'QWENCTL_BACKUP_PASSPHRASE',
    meaning: 'the passphrase of a backup, for `accounts backup` and `accounts restore`',
  },
  {
    name: 'QWENCTL_CONTENT_TYPE',
    meaning: '`json`: every command behaves as with `--json`',
  },
  { name: 'DEBUG', meaning: '`qwenctl` or `*`: stack traces of errors on stderr' },
  { name: 'NO_COLOR', meaning: 'not empty: no colours' },
  {
    name: 'FORCE_COLOR',
    meaning: '`0` to `3`: that level of colours, whatever `NO_COLOR` and the terminal say',
  },
]

export function settingsList(): string {
  const rows = settingsTable.map((row) => [
    code(row.key),
    code(row.variable),
    typeText(row),
    Array.isArray(row.default) || row.default === '' ? 'none' : code(String(row.default)),
    row.description,
  ])
  return table(['Setting', 'Variable', 'Value', 'Default', 'Meaning'], rows)
}

export function variablesList(): string {
  return table(
    ['Variable', 'Meaning'],
    plainVariables.map(({ name, meaning }) => [code(name), meaning]),
  )
}

function typeText({ type }: SettingRow): string {
  switch (type.kind) {
    case 'text':
      return 'text'
    case 'whole':
      return `${type.min} to ${type.max}`
    case 'boolean':
      return '`true` or `false`'
    case 'choice':
      return type.of.map(code).join(', ')
    case 'list':
      return 'names, separated by commas'
    case 'percents':
      return '1% to 100%, separated by commas'
    case 'web-address':
      return 'http or https address'
    case 'store-address':
      return 'URL of a store'
    case 'command':
      return 'program and arguments'
    case 'percent':
      return 'below `100%`'
    case 'duration':
      return `up to \`${type.maxMs / 60_000}m\``
  }
}
