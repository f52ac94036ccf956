import { isRecord } from '../../base/is-record.ts'
import { nearest } from '../../base/text/nearest.ts'
import { settingsTable } from './settings-table.ts'

/**
 * Entries of config.yaml that nothing reads, described with the closest setting. They are allowed, because a newer
 * qwenctl may have written them. `sections`: names of sections that are read separately.
 */
export function unknownSettings(file: Record<string, unknown>, sections: readonly string[]): string[] {
  const keys = settingsTable.map(({ key }) => key)
  const top = Object.entries(file).filter(([name]) => !sections.includes(name))
  return unknownKeys(Object.fromEntries(top), '', keys).map((key) => {
    const within = keys.filter((known) => known.startsWith(`${key}.`))
    if (within.length > 0) {
      return `${key} is a section, and its value is ignored; its settings are ${within.join(', ')}`
    }
    const meant = nearest(key, keys)
    return `unknown setting ${key} (ignored)${meant === null ? '' : `; did you mean ${meant}?`}`
  })
}

function unknownKeys(tree: Record<string, unknown>, above: string, keys: readonly string[]): string[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = `${above}${name}`
    if (keys.includes(key)) return []
    const isSection = keys.some((known) => known.startsWith(`${key}.`))
    if (!isSection) return [key]
    if (value === null) return []
    return isRecord(value) ? unknownKeys(value, `${key}.`, keys) : [key]
  })
}
